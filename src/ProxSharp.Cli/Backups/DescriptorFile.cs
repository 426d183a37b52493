using System.CommandLine;
using System.Globalization;
using Microsoft.Win32.SafeHandles;
using ProxSharp.Cli.Errors;
using ProxSharp.Cli.Verbs;

namespace ProxSharp.Cli.Backups;

/// <summary>Reads files that the caller has opened for the program, as <c>--keyfd 3 3&lt;key.json</c>.</summary>
internal static class DescriptorFile
{
    private const int Limit = 64 * 1024;

    /// <summary>Reads the file with the number that was typed.</summary>
    /// <returns>Null if none was.</returns>
    /// <exception cref="CliException">It cannot be read.</exception>
    public static async Task<byte[]?> ReadAsync(VerbRun run, Option<int?> option, CancellationToken cancellationToken)
    {
        if (run.Value(option) is not { } number)
        {
            return null;
        }

        try
        {
            using SafeFileHandle handle = new(number, ownsHandle: false);
            FileStream stream = new(handle, FileAccess.Read, bufferSize: 0);
            await using (stream.ConfigureAwait(false))
            {
                byte[] bytes = new byte[Limit];

                // A read of a pipe that waits for its other end cannot be stopped, only left to itself.
                int count = await stream.ReadAtLeastAsync(bytes, Limit, throwOnEndOfStream: false, cancellationToken).AsTask()
                    .WaitAsync(cancellationToken).ConfigureAwait(false);
                return bytes[..count];
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentException)
        {
            string digits = number.ToString(CultureInfo.InvariantCulture);
            throw CliException.Usage(
                $"{option.Name} {digits} is no open file that can be read", $"Open it for the program: ... {option.Name} {digits} {digits}<FILE");
        }
    }
}
