using System.Text;
using ProxSharp.Backup.Formats.Pxar;

namespace ProxSharp.Backup.Files.Patterns;

/// <summary>
/// A pattern for paths, in the dialect of the official client: <c>?</c>, <c>*</c>, <c>**</c> between slashes, <c>[a-z]</c>, <c>[^a-z]</c>,
/// <c>[[:digit:]]</c>, <c>\x</c>. A leading <c>!</c> turns its meaning around; a slash at the end means directories only. A pattern matches the whole path
/// from the root of the archive (with a leading slash), or all of it that follows any slash: <c>foo</c> at every depth, <c>/foo</c> at the top only. Bytes
/// are compared, with case.
/// </summary>
/// <example>
/// <code>
/// PathPattern pattern = PathPattern.Parse("*.tmp");
/// bool hit = pattern.Matches("/var/x.tmp"u8, isDirectory: false);
/// </code>
/// </example>
public sealed class PathPattern
{
    private readonly Glob _glob;
    private readonly byte[] _body;
    private readonly bool _whole;

    private PathPattern(Glob glob, byte[] body, bool isReversed, bool directoriesOnly, bool whole) =>
        (_glob, _body, IsReversed, DirectoriesOnly, _whole) = (glob, body, isReversed, directoriesOnly, whole);

    /// <summary>Whether the pattern began with <c>!</c>: in a list of excludes it includes, in a list of includes it excludes.</summary>
    public bool IsReversed { get; }

    /// <summary>Whether only directories match.</summary>
    public bool DirectoriesOnly { get; }

    /// <summary>Reads a pattern.</summary>
    /// <param name="pattern">
    /// The pattern; it stands for its UTF-8 bytes. In this form <c>\xNN</c> is a byte, so that patterns can be made of what
    /// <see cref="PxarName.Escape"/> gives.
    /// </param>
    /// <exception cref="FormatException">The pattern is empty, a bracket is not closed, or a backslash stands last.</exception>
    public static PathPattern Parse(string pattern)
    {
        ArgumentNullException.ThrowIfNull(pattern);
        return TryParse(Unescape(pattern), out PathPattern? result)
            ? result
            : throw new FormatException($"\"{pattern}\" is no path pattern: it is empty, a bracket is not closed, or a backslash stands last.");
    }

    /// <summary>Reads a pattern.</summary>
    /// <param name="pattern">The bytes of the pattern.</param>
    /// <param name="result">The pattern; null if the bytes are none.</param>
    public static bool TryParse(ReadOnlySpan<byte> pattern, [System.Diagnostics.CodeAnalysis.NotNullWhen(true)] out PathPattern? result) =>
        TryParse(pattern, null, out result);

    /// <summary>Whether the pattern matches a path.</summary>
    /// <param name="path">The path from the root of the archive, with a leading slash and none at the end.</param>
    /// <param name="isDirectory">Whether the path is that of a directory.</param>
    public bool Matches(ReadOnlySpan<byte> path, bool isDirectory) => (isDirectory || !DirectoriesOnly) && _glob.Matches(path, _whole);

    /// <summary>A pattern that matches one path and nothing else.</summary>
    /// <param name="path">The path from the root of the archive, as UTF-8; a leading slash may be missing.</param>
    /// <exception cref="ArgumentException">The path is empty, or is the root.</exception>
    public static PathPattern Literal(string path)
    {
        ArgumentNullException.ThrowIfNull(path);
        byte[] bytes = Encoding.UTF8.GetBytes(path.Trim('/'));
        if (bytes.Length == 0)
            throw new ArgumentException("The path names nothing.", nameof(path));
        return TryParse("/"u8, Escape([(byte)'/', .. bytes]), out PathPattern? result)
            ? result
            : throw new ArgumentException("The path is not valid.", nameof(path));
    }

    /// <summary>Whether a path below a directory might match. True if that is not sure.</summary>
    /// <param name="directory">The path of the directory, with a leading slash; empty for the root.</param>
    internal bool MayMatchBelow(ReadOnlySpan<byte> directory)
    {
        if (_body[0] != (byte)'/')
            return true;
        // Without ** a pattern has as many names as the paths that it matches. (A slash in brackets would not divide names.)
        ReadOnlySpan<byte> body = _body;
        if (body.IndexOf("**"u8) < 0 && !body.Contains((byte)'[') && body.Count((byte)'/') <= directory.Count((byte)'/'))
            return false;
        int special = _body.AsSpan().IndexOfAny("*?[\\"u8);
        ReadOnlySpan<byte> known = special < 0 ? _body : _body.AsSpan(0, special);
        return special >= 0 && directory.Length >= known.Length
            ? directory.StartsWith(known)
            : known.StartsWith(directory) && (known.Length == directory.Length || known[directory.Length] == (byte)'/');
    }

    /// <summary>The name that a path below a directory must go on with to match, as far as the pattern says.</summary>
    /// <param name="directory">The path of the directory, with a leading slash; empty for the root.</param>
    /// <param name="name">The name; empty if no path below the directory matches.</param>
    /// <returns>False if names have to be tried.</returns>
    internal bool TryNameBelow(ReadOnlySpan<byte> directory, out byte[] name)
    {
        name = [];
        if (_body[0] != (byte)'/')
            return false;
        ReadOnlySpan<byte> rest = _body.AsSpan(1);
        foreach (Range part in directory.Split((byte)'/'))
        {
            if (part.End.Value == part.Start.Value)
                continue;
            if (!TryTakeName(ref rest, out byte[] step))
                return false;
            if (!directory[part].SequenceEqual(step))
                return true;
        }

        return TryTakeName(ref rest, out name);
    }

    /// <summary>The pattern as text, for people: bytes that are no UTF-8 stand as <c>\xNN</c>.</summary>
    public override string ToString() => PxarName.Text(ToBytes());

    /// <summary>The pattern as the official client writes it into archives.</summary>
    internal byte[] ToBytes() => [.. IsReversed ? "!"u8 : default, .. _body, .. DirectoriesOnly ? "/"u8 : default];

    private static bool TryParse(
        ReadOnlySpan<byte> pattern,
        byte[]? literal,
        [System.Diagnostics.CodeAnalysis.NotNullWhen(true)] out PathPattern? result)
    {
        result = null;
        bool reversed = pattern.StartsWith("!"u8);
        if (reversed)
            pattern = pattern[1..];
        ReadOnlySpan<byte> body = pattern.TrimEnd((byte)'/');
        bool directoriesOnly = body.Length < pattern.Length && !body.IsEmpty;
        if (pattern.IsEmpty)
            return false;
        byte[] full = literal ?? (body.IsEmpty ? [(byte)'/'] : body.ToArray());
        if (Glob.TryParse(full) is not { } glob)
            return false;
        result = new(glob, full, reversed, directoriesOnly, whole: literal is not null);
        return true;
    }

    /// <summary>Takes the next name of a path in a pattern. False if it stands for several names.</summary>
    private static bool TryTakeName(ref ReadOnlySpan<byte> rest, out byte[] name)
    {
        List<byte> bytes = [];
        int at = 0;
        for (; at < rest.Length && rest[at] != (byte)'/'; at++)
        {
            if (rest[at] is (byte)'*' or (byte)'?' or (byte)'[')
            {
                name = [];
                return false;
            }

            if (rest[at] == (byte)'\\' && at + 1 < rest.Length)
                at++;
            bytes.Add(rest[at]);
        }

        name = [.. bytes];
        rest = rest[Math.Min(at + 1, rest.Length)..];
        return true;
    }

    private static byte[] Unescape(string pattern)
    {
        ReadOnlySpan<byte> rest = Encoding.UTF8.GetBytes(pattern);
        List<byte> bytes = new(rest.Length);
        while (!rest.IsEmpty)
        {
            int used = rest[0] == (byte)'\\' ? Math.Min(2, rest.Length) : 1;
            if (PxarName.TryReadEscape(rest) is { } value)
            {
                // Written out, some bytes would mean something.
                bytes.AddRange(value < 0x80 && value != (byte)'/' && !char.IsAsciiLetterOrDigit((char)value) ? [(byte)'\\', value] : [value]);
                used = 4;
            }
            else
            {
                bytes.AddRange(rest[..used]);
            }

            rest = rest[used..];
        }

        return [.. bytes];
    }

    private static byte[] Escape(ReadOnlySpan<byte> path)
    {
        List<byte> escaped = new(path.Length + 8);
        foreach (byte value in path)
        {
            if (value is (byte)'*' or (byte)'?' or (byte)'[' or (byte)']' or (byte)'\\')
                escaped.Add((byte)'\\');
            escaped.Add(value);
        }

        return [.. escaped];
    }
}
