using System.Buffers;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.RegularExpressions;

namespace ProxSharp.Simulator.Guests.Shell;

/// <summary>Programs that turn bytes and lines into others.</summary>
internal static class GuestTextPrograms
{
    private const int UsualLines = 10;
    private const int UsualWidth = 76;

    private static readonly SearchValues<char> s_base64 = SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/=");

    public static void AddTo(Dictionary<string, GuestProgram> programs)
    {
        programs["base64"] = Base64;
        programs["wc"] = Count;
        programs["head"] = static (context, arguments, streams) => Part(context, "head", arguments, streams);
        programs["tail"] = static (context, arguments, streams) => Part(context, "tail", arguments, streams);
        programs["grep"] = Grep;
        programs["sort"] = Sort;
        programs["md5sum"] = static (context, arguments, streams) => Sum(context, "md5sum", MD5Of, arguments, streams);
        programs["sha1sum"] = static (context, arguments, streams) => Sum(context, "sha1sum", Sha1Of, arguments, streams);
        programs["sha256sum"] = static (context, arguments, streams) => Sum(context, "sha256sum", SHA256.HashData, arguments, streams);
    }

#pragma warning disable CA5350, CA5351 // These are the programs md5sum and sha1sum; nothing is protected by them.
    private static byte[] MD5Of(byte[] data) => MD5.HashData(data);

    private static byte[] Sha1Of(byte[] data) => SHA1.HashData(data);
#pragma warning restore CA5350, CA5351

    private static int Base64(ShellContext context, string[] arguments, ShellStreams streams)
    {
        string[] files = [.. GuestFilePrograms.Plain(arguments).Where((file, place) => place > 0 || !arguments.Contains("-w") || file != arguments[Array.IndexOf(arguments, "-w") + 1])];
        (byte[] content, int status) = GuestFilePrograms.ReadFiles(context, "base64", files, streams);
        if (status != 0)
        {
            return status;
        }

        if (arguments.Any(static argument => argument is "-d" or "--decode" or "-di" or "-D"))
        {
            return Decode(content, streams);
        }

        string? option = arguments.FirstOrDefault(static argument => argument.StartsWith("-w", StringComparison.Ordinal) || argument.StartsWith("--wrap", StringComparison.Ordinal));
        string digits = option is "-w" ? arguments[Array.IndexOf(arguments, "-w") + 1] : new string([.. (option ?? "").Where(char.IsAsciiDigit)]);
        int width = int.TryParse(digits, NumberStyles.None, CultureInfo.InvariantCulture, out int given) ? given : UsualWidth;
        string text = Convert.ToBase64String(content);
        for (int at = 0; at < text.Length; at += width == 0 ? text.Length : width)
        {
            streams.Write(width == 0 ? text : $"{text.AsSpan(at, Math.Min(width, text.Length - at))}\n");
        }

        return 0;
    }

    private static int Decode(byte[] content, ShellStreams streams)
    {
        string text = Encoding.Latin1.GetString(content).Replace("\n", "", StringComparison.Ordinal);
        byte[] bytes = new byte[text.Length];
        if (Convert.TryFromBase64String(text, bytes, out int written))
        {
            streams.Output.Write(bytes, 0, written);
            return 0;
        }

        // What comes before the first wrong letter is decoded all the same.
        int valid = text.AsSpan().IndexOfAnyExcept(s_base64);
        int length = (valid < 0 ? text.Length : valid) / 4 * 4;
        if (Convert.TryFromBase64String(text[..length], bytes, out written))
        {
            streams.Output.Write(bytes, 0, written);
        }

        return GuestPrograms.Fail(streams, "base64: invalid input\n");
    }

    private static string[] Lines(byte[] content)
    {
        string text = Encoding.UTF8.GetString(content);
        return text.Length == 0 ? [] : (text.EndsWith('\n') ? text[..^1] : text).Split('\n');
    }

    private static int Count(ShellContext context, string[] arguments, ShellStreams streams)
    {
        string[] files = GuestFilePrograms.Plain(arguments);
        (byte[] content, int status) = GuestFilePrograms.ReadFiles(context, "wc", files, streams);
        string text = Encoding.UTF8.GetString(content);
        string lines = content.Count(static letter => letter == (byte)'\n').ToString(CultureInfo.InvariantCulture);
        string words = text.Split([' ', '\n', '\t'], StringSplitOptions.RemoveEmptyEntries).Length.ToString(CultureInfo.InvariantCulture);
        string bytes = content.Length.ToString(CultureInfo.InvariantCulture);
        string figures = arguments.FirstOrDefault(static argument => argument.StartsWith('-')) switch { "-c" => bytes, "-l" => lines, "-w" => words, _ => $"{lines,7} {words,7} {bytes,7}" };
        streams.Write(files.Length == 0 ? $"{figures}\n" : $"{figures} {files[0]}\n");
        return status;
    }

    private static int Part(ShellContext context, string program, string[] arguments, ShellStreams streams)
    {
        long count = UsualLines;
        bool isBytes = false;
        List<string> files = [];
        for (int at = 0; at < arguments.Length; at++)
        {
            string argument = arguments[at];
            if (argument is "-n" or "-c" && at + 1 < arguments.Length)
            {
                isBytes = argument == "-c";
                count = Parse(arguments[++at]);
            }
            else if (argument.Length > 1 && argument[0] == '-')
            {
                isBytes = argument[1] == 'c';
                count = Parse(argument[(char.IsAsciiLetter(argument[1]) ? 2 : 1)..]);
            }
            else
            {
                files.Add(argument);
            }
        }

        (byte[] content, int status) = GuestFilePrograms.ReadFiles(context, program, files, streams);
        bool isHead = program == "head";
        if (isBytes)
        {
            int taken = (int)Math.Min(count, content.Length);
            streams.Output.Write(isHead ? content[..taken] : content[^taken..]);
            return status;
        }

        string[] lines = Lines(content);
        IEnumerable<string> chosen = isHead ? lines.Take((int)count) : lines.TakeLast((int)count);
        streams.Write(string.Concat(chosen.Select(static line => line + "\n")));
        return status;
    }

    private static long Parse(string text) => long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out long number) ? number : UsualLines;

    private static int Grep(ShellContext context, string[] arguments, ShellStreams streams)
    {
        string options = string.Concat(arguments.Where(static argument => argument.Length > 1 && argument[0] == '-'));
        string[] plain = GuestFilePrograms.Plain(arguments);
        if (plain.Length == 0)
        {
            return GuestPrograms.Fail(streams, "Usage: grep [OPTION]... PATTERNS [FILE]...\n", 2);
        }

        Regex pattern;
        try
        {
            pattern = new Regex(options.Contains('F', StringComparison.Ordinal) ? Regex.Escape(plain[0]) : plain[0],
                (options.Contains('i', StringComparison.Ordinal) ? RegexOptions.IgnoreCase : RegexOptions.None) | RegexOptions.CultureInvariant, TimeSpan.FromSeconds(1));
        }
        catch (RegexParseException)
        {
            return GuestPrograms.Fail(streams, "grep: Invalid regular expression\n", 2);
        }

        (byte[] content, int status) = GuestFilePrograms.ReadFiles(context, "grep", plain[1..], streams);
        string[] found = [.. Lines(content).Where(line => pattern.IsMatch(line) != options.Contains('v', StringComparison.Ordinal))];
        if (options.Contains('c', StringComparison.Ordinal))
        {
            streams.Write(string.Create(CultureInfo.InvariantCulture, $"{found.Length}\n"));
        }
        else if (!options.Contains('q', StringComparison.Ordinal))
        {
            streams.Write(string.Concat(found.Select(static line => line + "\n")));
        }

        return status != 0 ? 2 : found.Length > 0 ? 0 : 1;
    }

    private static int Sort(ShellContext context, string[] arguments, ShellStreams streams)
    {
        (byte[] content, int status) = GuestFilePrograms.ReadFiles(context, "sort", GuestFilePrograms.Plain(arguments), streams);
        IEnumerable<string> lines = Lines(content).Order(StringComparer.Ordinal);
        lines = arguments.Contains("-u") ? lines.Distinct() : lines;
        lines = arguments.Contains("-r") ? lines.Reverse() : lines;
        streams.Write(string.Concat(lines.Select(static line => line + "\n")));
        return status;
    }

    private static int Sum(ShellContext context, string program, Func<byte[], byte[]> hash, string[] arguments, ShellStreams streams)
    {
        string[] files = GuestFilePrograms.Plain(arguments) is { Length: > 0 } given ? given : ["-"];
        int status = 0;
        foreach (string file in files)
        {
            (byte[] content, int read) = GuestFilePrograms.ReadFiles(context, program, [file], streams);
            status = Math.Max(status, read);
            if (read == 0)
            {
                streams.Write($"{Convert.ToHexStringLower(hash(content))}  {file}\n");
            }
        }

        return status;
    }
}
