namespace ProxSharp.Backup.Tests;

public sealed class BackupSessionLostExceptionTests
{
    [Fact]
    public void IsTransient_Always_True() => Assert.True(new BackupSessionLostException("The session was lost.") { NotSaved = ["disk.img.fidx"] }.IsTransient);
}
