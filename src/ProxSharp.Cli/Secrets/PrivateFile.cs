namespace ProxSharp.Cli.Secrets;

/// <summary>Writes files that hold a secret: only their owner can read them.</summary>
internal static class PrivateFile
{
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    /// <summary>Writes a file, in place of what it held.</summary>
    public static async Task WriteAsync(string path, string text, CancellationToken cancellationToken)
    {
        FileStreamOptions options = new() { Mode = FileMode.Create, Access = FileAccess.Write };
        if (!OperatingSystem.IsWindows())
        {
            options.UnixCreateMode = OwnerOnly;
        }

        FileStream file = new(path, options);
        StreamWriter writer = new(file);
        await using (writer.ConfigureAwait(false))
        {
            // A file that was there before keeps its mode otherwise. Devices belong to everybody.
            if (!OperatingSystem.IsWindows() && file.CanSeek && !IsDevice(path))
            {
                File.SetUnixFileMode(file.SafeFileHandle, OwnerOnly);
            }

            await writer.WriteAsync(text.AsMemory(), cancellationToken).ConfigureAwait(false);
        }
    }

    private static bool IsDevice(string path) =>
        (File.ResolveLinkTarget(path, returnFinalTarget: true)?.FullName ?? path) is { } real
        && (real.StartsWith("/dev/", StringComparison.Ordinal) || real.StartsWith("/proc/", StringComparison.Ordinal));
}
