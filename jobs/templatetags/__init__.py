"""What templates of jobs can say."""
