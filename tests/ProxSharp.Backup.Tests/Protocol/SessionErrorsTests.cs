using ProxSharp.Backup.Protocol;

namespace ProxSharp.Backup.Tests.Protocol;

/// <summary>What errors inside a session say.</summary>
public sealed class SessionErrorsTests
{
    [Theory]
    [InlineData("<html>\r\n<head><title>502 Bad Gateway</title></head>\r\n<body><h1>502 Bad Gateway</h1></body></html>", "502 Bad Gateway")]
    [InlineData("<!DOCTYPE html><HTML><TITLE> Away </TITLE>", "Away")]
    [InlineData("<html><body>no title</body></html>", "status 502 without a text")]
    [InlineData("<title>cut", "status 502 without a text")]
    [InlineData("", "status 502 without a text")]
    [InlineData("no such chunk\nat all.\n", "no such chunk at all")]
    public void Create_WhateverIsSaid_IsOneLineOfText(string said, string told)
    {
        ProxmoxApiException error = SessionErrors.Create(new(HttpMethod.Get, "/chunk?digest=1"), new(502, said), "fetch a chunk", "pbs1");

        Assert.Equal($"Unable to fetch a chunk on pbs1: {told}.", error.Message);
        Assert.Equal((502, "/chunk"), ((int)error.StatusCode, error.Path));
    }

    [Fact]
    public void Create_LongText_IsCutInTheMessageOnly()
    {
        ProxmoxApiException error = SessionErrors.Create(new(HttpMethod.Get, "/chunk"), new(500, new string('x', 5000)), "fetch a chunk", "pbs1");

        Assert.InRange(error.Message.Length, 500, 600);
        Assert.Equal(5000, error.ServerMessage.Length);
    }
}
