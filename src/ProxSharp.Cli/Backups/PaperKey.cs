using System.Globalization;
using System.Net;
using System.Text;
using ProxSharp.Backup;
using ProxSharp.Backup.Formats.Crypto;
using ProxSharp.Cli.Errors;
using ProxSharp.Cli.Secrets;

namespace ProxSharp.Cli.Backups;

/// <summary>
/// Writes keys for paper: the lines to type, and pictures of them to scan, where the program <c>qrencode</c> is installed that makes them.
/// </summary>
internal static class PaperKey
{
    private const string Program = "qrencode";

    // A picture holds some thousand characters; private keys are longer, and are shown page by page.
    private const int LinesOfPage = 20;
    private const string PrivateKey = "-----BEGIN ";

    /// <summary>Reads what is to be kept: a key file, or a private master key.</summary>
    /// <param name="path">The file.</param>
    /// <param name="cancellationToken">Cancels the reading.</param>
    /// <returns>The lines, and whether they are a private master key.</returns>
    /// <exception cref="CliException">It cannot be read, or is neither.</exception>
    public static async Task<(string[] Lines, bool IsMaster)> ReadAsync(string path, CancellationToken cancellationToken)
    {
        string text = Encoding.UTF8.GetString(await SmallFile.ReadAsync(path, 64 * 1024, cancellationToken).ConfigureAwait(false)).Trim();
        if (text.StartsWith(PrivateKey, StringComparison.Ordinal) && text.Contains("PRIVATE KEY", StringComparison.Ordinal))
        {
            return ([.. text.Split('\n').Select(static line => line.TrimEnd('\r'))], true);
        }

        KeyFile key = await KeyOptions.ReadAsync(path, cancellationToken).ConfigureAwait(false);
        return (key.ToPaperText().TrimEnd('\n').Split('\n'), false);
    }

    /// <summary>Writes them as plain text.</summary>
    public static async Task<string> TextAsync(string[] lines, bool isMaster, string? subject, CancellationToken cancellationToken)
    {
        StringBuilder text = new(string.IsNullOrEmpty(subject) ? "" : $"Subject: {subject}\n\n");
        text.AppendJoin('\n', lines).Append('\n');
        foreach (string[] page in Pages(lines, isMaster))
        {
            text.Append(await DrawAsync(page, "utf8", cancellationToken).ConfigureAwait(false) is { } picture ? $"\n{picture}" : "");
        }

        return text.ToString();
    }

    /// <summary>Writes them as a page for a browser that prints it.</summary>
    public static async Task<string> HtmlAsync(string[] lines, bool isMaster, string? subject, CancellationToken cancellationToken)
    {
        string title = WebUtility.HtmlEncode(string.IsNullOrEmpty(subject) ? "Backup key" : subject);
        StringBuilder html = new("<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n");
        html.Append(CultureInfo.InvariantCulture, $"<title>{title}</title>\n<style>\n");
        html.Append("pre { font-size: 10pt; white-space: pre-wrap; word-break: break-all; }\nsection { break-after: page; }\nsvg { width: 12cm; height: auto; }\n");
        html.Append(CultureInfo.InvariantCulture, $"</style>\n</head>\n<body>\n<h1>{title}</h1>\n");
        int number = 0;
        foreach (string[] page in Pages(lines, isMaster))
        {
            html.Append("<section>\n<pre>");
            foreach (string line in page)
            {
                // The lines of a private key look alike: numbers tell the typist where he is.
                html.Append(isMaster ? string.Create(CultureInfo.InvariantCulture, $"{++number,3}: ") : "").Append(WebUtility.HtmlEncode(line)).Append('\n');
            }

            html.Append("</pre>\n");
            html.Append(await DrawAsync(page, "svg", cancellationToken).ConfigureAwait(false) is { } picture ? Svg(picture) : "").Append("</section>\n");
        }

        return html.Append("</body>\n</html>\n").ToString();
    }

    /// <summary>True if pictures can be made.</summary>
    public static async Task<bool> HasPicturesAsync(CancellationToken cancellationToken) =>
        await DrawAsync(["test"], "utf8", cancellationToken).ConfigureAwait(false) is not null;

    private static IEnumerable<string[]> Pages(string[] lines, bool isMaster) => isMaster ? lines.Chunk(LinesOfPage) : [lines];

    private static async Task<string?> DrawAsync(string[] lines, string form, CancellationToken cancellationToken)
    {
        ProgramResult? result = await ProgramResult.RunAsync(
            Program, ["-t", form, "-m0", "-s1", "-lm", "--output", "-"], string.Join('\n', lines), cancellationToken).ConfigureAwait(false);
        return result is { ExitCode: 0 } ? result.Output : null;
    }

    // Within a page it has no declarations of its own.
    private static string Svg(string picture) => picture.IndexOf("<svg", StringComparison.Ordinal) is >= 0 and var start ? picture[start..].TrimEnd() + "\n" : "";
}
