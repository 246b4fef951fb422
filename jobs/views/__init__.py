"""The pages of jobs: `board` lists them, `create` makes one, `detail` shows one, `actions` change it,
`downloads` carry its result away, `callbacks` hear TMP knock."""
