using System.Text.RegularExpressions;

namespace ProxSharp.Cli.Errors;

/// <summary>Says in the words of users what is wrong with a file: the runtime's own texts are long, and blame permissions for folders.</summary>
internal static partial class FileErrors
{
    /// <summary>Makes the error: which file, and why.</summary>
    /// <param name="exception">What the runtime said.</param>
    public static CliError Map(Exception exception) => new()
    {
        Code = "file",
        ExitCode = ExitCodes.Error,
        Message = PathIn(exception) is { } path ? $"{path} cannot be opened: {Reason(exception)}" : Reason(exception),
    };

    /// <summary>Says why a file cannot be read or written, as the end of a sentence: <c>there is no such file</c>.</summary>
    /// <param name="exception">What the runtime said.</param>
    public static string Reason(Exception exception)
    {
        string? path = PathIn(exception);
        return exception switch
        {
            FileNotFoundException => "there is no such file",
            DirectoryNotFoundException when path is not null && MissingFolder(path) is { } folder => $"there is no folder {folder}",
            DirectoryNotFoundException => "there is no such folder",
            UnauthorizedAccessException when Directory.Exists(path) => MayList(path) ? "it is a folder" : "permission denied",
            UnauthorizedAccessException when path is not null && !Writable(path) => "it may not be written to",
            UnauthorizedAccessException => "permission denied",
            PathTooLongException => "its name is too long",
            _ => Plain(exception.Message),
        };
    }

    private static string? PathIn(Exception exception) => Quoted.Match(exception.Message) is { Success: true } found ? found.Groups[1].Value : null;

    private static string? MissingFolder(string path)
    {
        string? folder = Path.GetDirectoryName(path);
        return string.IsNullOrEmpty(folder) || Directory.Exists(folder) ? null
            : File.Exists(Path.GetDirectoryName(folder)) ? $"{folder}: {Path.GetDirectoryName(folder)} is a file"
            : folder;
    }

    // A folder that was opened as a file can be listed; one whose rights are missing cannot.
    private static bool MayList(string path)
    {
        try
        {
            using IEnumerator<string> inner = Directory.EnumerateFileSystemEntries(path).GetEnumerator();
            return true;
        }
        catch (UnauthorizedAccessException)
        {
            return false;
        }
    }

    // A file that is read-only by its own marks. One that nobody may read is more than that.
    private static bool Writable(string path) => !File.Exists(path) || !File.GetAttributes(path).HasFlag(FileAttributes.ReadOnly)
        || (!OperatingSystem.IsWindows() && (File.GetUnixFileMode(path) & (UnixFileMode.UserRead | UnixFileMode.GroupRead | UnixFileMode.OtherRead)) == 0);

    // The path stands in front already.
    private static string Plain(string message)
    {
        string plain = Quoted.Replace(message, "").Replace("  ", " ", StringComparison.Ordinal).TrimEnd('.', ':', ' ');
        return plain switch
        {
            "No space left on device" => "no space is left on the device",
            "Read-only file system" => "the file system is read-only",
            "Is a directory" => "it is a folder",
            "Not a directory" => "a part of it is no folder",
            _ when plain.Contains("used by another process", StringComparison.Ordinal) => "another process uses it",
            _ when plain.Contains("already exists", StringComparison.Ordinal) => "it exists already",
            _ => plain,
        };
    }

    private static Regex Quoted => field ??= new("'(.*)'", RegexOptions.CultureInvariant | RegexOptions.Singleline);
}
