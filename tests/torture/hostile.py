"""The hostile corpus of the tests, with many more generated inputs."""
