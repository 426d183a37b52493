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
            UnauthorizedAccessException when Directory.Exists(path) => "it is a folder",
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

    // A file that is read-only by its own marks.
    private static bool Writable(string path) => !File.Exists(path) || !File.GetAttributes(path).HasFlag(FileAttributes.ReadOnly);

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
