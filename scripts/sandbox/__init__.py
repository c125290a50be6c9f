"""A stand-in for api.weixin.qq.com: a program of its own that shares no code with the server."""
