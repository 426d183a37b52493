using System.Diagnostics;
using System.Runtime.InteropServices;
using System.Text;
using ProxSharp.Backup.Files.Natives;

namespace ProxSharp.Backup.Tests.Files;

/// <summary>A directory for one test, deleted with all in it, however deep that is.</summary>
internal sealed class TempTree : IDisposable
{
    internal string Path { get; } = Directory.CreateTempSubdirectory("proxsharp-files-").FullName;

    public void Dispose()
    {
        if (!OperatingSystem.IsLinux())
        {
            Directory.Delete(Path, recursive: true);
            return;
        }

        // .NET cannot delete paths of more than 4096 bytes.
        using Process process = Process.Start("rm", ["-rf", Path]);
        process.WaitForExit();
    }

    /// <summary>Skips the test where not everything can be restored: devices, owners, trusted attributes, ACLs.</summary>
    internal static void RequireAll()
    {
        Assert.SkipUnless(Libc.IsSupported, "Only Linux keeps all metadata.");
        Assert.SkipUnless(Environment.IsPrivilegedProcess, "Only root restores all metadata.");
        using TempTree tree = new();
        string file = tree.Write("probe", "x");
        Assert.SkipUnless(Supports(file, "user.probe") && Supports(file, "trusted.probe"), "The file system for temporary files keeps no extended attributes.");
        using LinuxFlags flags = new(file);
        Assert.SkipUnless(flags.AreSupported, "The file system for temporary files keeps no file attributes.");
    }

    internal static void RequireLinux() => Assert.SkipUnless(Libc.IsSupported, "This is for Linux.");

    internal string Combine(string name) => System.IO.Path.Combine(Path, name);

    internal string Write(string name, string content) => Write(name, Encoding.UTF8.GetBytes(content));

    internal string Write(string name, byte[] content)
    {
        string path = Combine(name);
        Directory.CreateDirectory(System.IO.Path.GetDirectoryName(path)!);
        File.WriteAllBytes(path, content);
        return path;
    }

    private static bool Supports(string path, string name) =>
        Libc.SetXattr([.. Encoding.UTF8.GetBytes(path), 0], [.. Encoding.UTF8.GetBytes(name), 0], "x"u8, 1, 0) == 0
        || Marshal.GetLastPInvokeError() is not (Errno.NotSupported or Errno.NotPermitted);
}
