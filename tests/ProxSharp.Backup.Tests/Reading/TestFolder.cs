using System.Diagnostics;

namespace ProxSharp.Backup.Tests.Reading;

/// <summary>A folder of its own for a test.</summary>
internal sealed class TestFolder : IDisposable
{
    public string Root { get; } = Directory.CreateTempSubdirectory("proxsharp-reading-").FullName;

    public string this[string name] => Path.Combine(Root, name);

    public void Dispose()
    {
        if (OperatingSystem.IsWindows())
        {
            Directory.Delete(Root, recursive: true);
            return;
        }

        // The framework cannot name files whose names are no UTF-8.
        using Process remove = Process.Start("rm", ["-rf", "--", Root]);
        remove.WaitForExit();
    }
}
