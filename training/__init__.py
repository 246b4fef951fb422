"""Makes what the product only carries: trained weights. Neither running nor testing the portal needs it."""
