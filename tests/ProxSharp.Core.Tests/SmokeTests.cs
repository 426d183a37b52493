namespace ProxSharp.Core.Tests;

public sealed class SmokeTests
{
    [Fact]
    public void Two_Plus_Two() => Assert.Equal(4, 2 + 2);
}
