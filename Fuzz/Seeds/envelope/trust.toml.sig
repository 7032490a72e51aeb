{
  "payload": "IyBUcnVzdHMgdGhlIHR3byBwdWJsaXNoZWQga2V5cyBiZXNpZGUgaXQ6IGZvciB0aGUgZXhhbXBsZSByZXBvcnRzIGFuZCB0ZXN0cywgbmV2ZXIgZm9yIGEgcmVsZWFzZS4KdHJ1c3QtdmVyc2lvbiA9ICIxIgp2ZXJzaW9uID0gMgpleHBpcmVzID0gMjAzNi0xMi0zMVQwMDowMDowMFoKCltba2V5XV0KaWQgPSAiYW5hLXB1Ymxpc2hlZCIKb3duZXIgPSAiYW5hIgpwdWJsaWMgPSAiZWQyNTUxOTpSUGg3em5VdVF3amdtcmZqMUY3NkZ5czdzY1JhaG1PbWZVZk81MUdCZVpnPSIKCltba2V5XV0KaWQgPSAiY2ktcHVibGlzaGVkIgpvd25lciA9ICJjaSIKcHVibGljID0gImVkMjU1MTk6TFh5SlJJVGk3c1RYTjhrMlpWUDFOVlZmV0cvRnc5VFg1dWR2ZEZyenYvST0iCgpbcm9sZS5yZWxlYXNlXQp0aHJlc2hvbGQgPSAyCm93bmVycyA9IFsiYW5hIiwgImNpIl0KbW9kZWxzID0gWyJoYW5kd3JpdHRlbi0qIl0KCltyb2xlLnJvb3RdCnRocmVzaG9sZCA9IDEKb3duZXJzID0gWyJjaSJdCg==",
  "payloadType": "application/vnd.proofmark.trust+toml",
  "signatures": [
    {
      "keyid": "LJsu5Y7g7WbBCJMMyOF73AYQQfepboEVTCog5PtIXyY=",
      "sig": "gnzhcxSCDW971WFg+VUn5BG47nwd6aAVfBfu2mYE2xCxQKFa6ZZLmZkzpEO+LzXVwN+xIx45t69zh4HxGgUcAw=="
    },
    {
      "keyid": "VOqUZIYdMIiQggjlEEjaDK8oG0FVGkgKhedjh9Dh5qg=",
      "sig": "6hFooz0F6B2MIasM16iIavX+0+TT2uiThQZVKiC7xq2hUghIaWTOsW4CgsNBvpdqO+1WzXNtRUUg9FN6OfLbDg=="
    }
  ]
}
