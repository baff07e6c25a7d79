"""Small things that tests share: generated models, pictures, videos and fake parts."""
