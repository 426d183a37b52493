using System.Globalization;

namespace ProxSharp.Simulator.Guests.Shell;

/// <summary>The conditions of <c>test</c> and <c>[</c>.</summary>
internal static class ShellTest
{
    private const int Misused = 2;

    public static int Run(ShellContext context, string[] arguments, ShellStreams streams) => arguments switch
    {
        [] => 1,
        ["!", .. string[] rest] => Run(context, rest, streams) switch { 0 => 1, 1 => 0, int other => other },
        [{ } text] => Status(text.Length > 0),
        ["-n", { } text] => Status(text.Length > 0),
        ["-z", { } text] => Status(text.Length == 0),
        ["-f", { } path] => Status(Content(context, path) is not null),
        ["-d", { } path] => Status(context.Guest.Inside.IsFolder(context.Full(path))),
        ["-s", { } path] => Status(Content(context, path) is { Length: > 0 }),
        ["-e" or "-r" or "-w" or "-x", { } path] => Status(Content(context, path) is not null || context.Guest.Inside.IsFolder(context.Full(path))),
        [{ } left, "=" or "==", { } right] => Status(left == right),
        [{ } left, "!=", { } right] => Status(left != right),
        [{ } left, "-eq" or "-ne" or "-lt" or "-le" or "-gt" or "-ge", { } right] => Compare(left, arguments[1], right, streams),
        _ => GuestPrograms.Fail(streams, $"{context.ScriptName}: 1: test: {arguments[0]}: unexpected operator\n", Misused),
    };

    public static int RunBracket(ShellContext context, string[] arguments, ShellStreams streams) =>
        arguments is [.. string[] inside, "]"] ? Run(context, inside, streams) : GuestPrograms.Fail(streams, $"{context.ScriptName}: 1: [: missing ]\n", Misused);

    private static int Status(bool holds) => holds ? 0 : 1;

    private static byte[]? Content(ShellContext context, string path) => context.Guest.Inside.Read(context.Guest, context.Full(path), context.Now);

    private static int Compare(string left, string sign, string right, ShellStreams streams)
    {
        if (!long.TryParse(left, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out long a) || !long.TryParse(right, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out long b))
        {
            return GuestPrograms.Fail(streams, "sh: 1: [: Illegal number\n", Misused);
        }

        return Status(sign switch { "-eq" => a == b, "-ne" => a != b, "-lt" => a < b, "-le" => a <= b, "-gt" => a > b, _ => a >= b });
    }
}
