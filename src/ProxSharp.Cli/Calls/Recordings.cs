using ProxSharp.Cli.Errors;
using ProxSharp.Recording;

namespace ProxSharp.Cli.Calls;

/// <summary>Opens recordings for <c>--record</c>.</summary>
internal static class Recordings
{
    /// <summary>Opens one.</summary>
    /// <param name="path">The file or folder.</param>
    /// <param name="isFolder">True if a folder is meant even where there is none yet.</param>
    /// <exception cref="CliException">There is a file that is no recording, or it cannot be written to.</exception>
    public static ExchangeRecorder Open(string path, bool isFolder)
    {
        try
        {
            return isFolder || Directory.Exists(path) ? ExchangeRecorder.ToFolder(path) : ExchangeRecorder.ToFile(path);
        }
        catch (InvalidDataException other)
        {
            throw new CliException(
                CliError.Usage($"The recording is not written: {other.Message.TrimEnd('.')}", "Name a new file, or a recording to go on with it"), other);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new CliException(
                new CliError
                {
                    Code = "recording",
                    ExitCode = ExitCodes.Error,
                    Message = $"The recording cannot be written to {path}: {FileErrors.Reason(e)}",
                    Hint = "Name a file in a folder that exists, or a folder with / at its end.",
                },
                e);
        }
    }
}
