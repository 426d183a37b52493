using System.Globalization;
using System.Text;

namespace ProxSharp.Simulator.Guests.Shell;

/// <summary>The programs a simulated guest has, by name.</summary>
internal static class GuestPrograms
{
    private const int Terminated = 15;

    // What runs in every simulated guest; units have this name with or without ".service".
    private static readonly string[] s_services = ["nginx", "ssh", "cron", "qemu-guest-agent"];

    private static readonly Dictionary<string, GuestProgram> s_programs = new(StringComparer.Ordinal)
    {
        ["echo"] = Echo,
        ["printf"] = Printf,
        ["true"] = static (_, _, _) => 0,
        [":"] = static (_, _, _) => 0,
        ["false"] = static (_, _, _) => 1,
        ["test"] = ShellTest.Run,
        ["["] = ShellTest.RunBracket,
        ["sleep"] = Sleep,
        ["env"] = Env,
        ["printenv"] = PrintEnv,
        ["export"] = Export,
        ["unset"] = static (context, arguments, _) => Each(arguments, name => context.Variables.Remove(name)),
        ["set"] = Set,
        ["shift"] = Shift,
        ["read"] = Read,
        ["cd"] = Cd,
        ["pwd"] = static (context, _, streams) => Say(streams, context.Folder + "\n"),
        ["exit"] = static (context, arguments, _) => throw new ShellExit(arguments is [{ } code] && int.TryParse(code, NumberStyles.None, CultureInfo.InvariantCulture, out int status) ? status & 0xFF : context.LastStatus),
        ["exec"] = static (context, arguments, streams) => arguments.Length == 0 ? 0 : throw new ShellExit(RunOther(context, arguments, streams)),
        ["kill"] = Kill,
        ["hostname"] = static (context, _, streams) => Say(streams, context.Guest.Name + "\n"),
        ["uname"] = Uname,
        ["whoami"] = static (_, _, streams) => Say(streams, "root\n"),
        ["id"] = static (_, arguments, streams) => Say(streams, arguments switch { ["-u"] or ["-g"] => "0\n", ["-un"] => "root\n", _ => "uid=0(root) gid=0(root) groups=0(root)\n" }),
        ["date"] = Date,
        ["uptime"] = static (context, _, streams) => Say(streams, string.Create(CultureInfo.InvariantCulture, $" {context.Now:HH:mm:ss} up {(int)(context.Now - context.Guest.StartedAt).TotalMinutes} min,  0 users,  load average: 0.00, 0.00, 0.00\n")),
        ["systemctl"] = SystemCtl,
        ["nproc"] = static (context, _, streams) => Say(streams, string.Create(CultureInfo.InvariantCulture, $"{context.Guest.Cores}\n")),
        ["sync"] = static (_, _, _) => 0,
        ["seq"] = Seq,
        ["sh"] = static (context, arguments, streams) => Shell(context, arguments, streams, isBash: false),
        ["dash"] = static (context, arguments, streams) => Shell(context, arguments, streams, isBash: false),
        ["bash"] = static (context, arguments, streams) => Shell(context, arguments, streams, isBash: true),
    };

    static GuestPrograms()
    {
        GuestFilePrograms.AddTo(s_programs);
        GuestTextPrograms.AddTo(s_programs);
    }

    /// <summary>The program of a name or path; null if there is none.</summary>
    public static GuestProgram? Find(string name)
    {
        int slash = name.LastIndexOf('/');
        bool isKnownFolder = slash < 0 || name[..slash] is "/bin" or "/usr/bin" or "/sbin" or "/usr/sbin";
        return isKnownFolder ? s_programs.GetValueOrDefault(name[(slash + 1)..]) : null;
    }

    internal static int Say(ShellStreams streams, string text)
    {
        streams.Write(text);
        return 0;
    }

    internal static int Fail(ShellStreams streams, string text, int status = 1)
    {
        streams.WriteError(text);
        return status;
    }

    private static int Each(string[] items, Action<string> act)
    {
        Array.ForEach(items, act);
        return 0;
    }

    private static int SystemCtl(ShellContext context, string[] arguments, ShellStreams streams)
    {
        string[] words = [.. arguments.Where(static argument => !argument.StartsWith('-'))];
        if (words is not ["is-active", _, ..])
        {
            return Fail(streams, words.Length > 1 ? $"Unknown command verb '{words[0]}'.\n" : "Too few arguments.\n");
        }

        bool isQuiet = arguments.Contains("-q") || arguments.Contains("--quiet");
        bool[] active = [.. words.Skip(1).Select(static unit => s_services.Contains(unit.EndsWith(".service", StringComparison.Ordinal) ? unit[..^8] : unit))];
        if (!isQuiet)
        {
            Say(streams, string.Concat(active.Select(static runs => runs ? "active\n" : "inactive\n")));
        }

        // Systemd: 3 is a unit that does not run, 4 one that does not exist; nothing tells them apart here.
        return active.Any(static runs => runs) ? 0 : 4;
    }

    private static int Echo(ShellContext context, string[] arguments, ShellStreams streams)
    {
        int skipped = 0;
        bool interprets = !context.IsBash;
        bool ends = true;
        while (skipped < arguments.Length && arguments[skipped] is "-n" or "-e" or "-ne" or "-en" or "-E")
        {
            ends &= !arguments[skipped].Contains('n', StringComparison.Ordinal);
            interprets = arguments[skipped].Contains('e', StringComparison.Ordinal) || (interprets && arguments[skipped] != "-E");
            skipped++;
        }

        string text = string.Join(' ', arguments.Skip(skipped));
        return Say(streams, (interprets ? Unescape(text) : text) + (ends ? "\n" : ""));
    }

    private static string Unescape(string text)
    {
        StringBuilder plain = new(text.Length);
        for (int at = 0; at < text.Length; at++)
        {
            char? special = text[at] != '\\' || at + 1 == text.Length ? null : text[at + 1] switch { 'n' => '\n', 't' => '\t', 'r' => '\r', '\\' => '\\', 'a' => '\a', '0' => '\0', _ => null };
            plain.Append(special ?? text[at]);
            at += special is null ? 0 : 1;
        }

        return plain.ToString();
    }

    private static int Printf(ShellContext context, string[] arguments, ShellStreams streams)
    {
        if (arguments.Length == 0)
        {
            return Fail(streams, "printf: usage: printf format [arguments]\n", 2);
        }

        string format = Unescape(arguments[0]);
        int used = 1;
        do
        {
            int before = used;
            streams.Write(Formatted(format, arguments, ref used));
            if (used == before)
            {
                break;
            }
        }
        while (used < arguments.Length);
        return 0;
    }

    private static string Formatted(string format, string[] arguments, ref int used)
    {
        StringBuilder text = new();
        for (int at = 0; at < format.Length; at++)
        {
            char kind = format[at] == '%' && at + 1 < format.Length ? format[at + 1] : '\0';
            if (kind == '%')
            {
                text.Append('%');
            }
            else if (kind is 's' or 'd' or 'i' or 'b')
            {
                string value = used < arguments.Length ? arguments[used++] : kind is 'd' or 'i' ? "0" : "";
                text.Append(kind == 'b' ? Unescape(value) : value);
            }
            else
            {
                text.Append(format[at]);
                continue;
            }

            at++;
        }

        return text.ToString();
    }

    private static int Sleep(ShellContext context, string[] arguments, ShellStreams streams)
    {
        TimeSpan sum = TimeSpan.Zero;
        foreach (string argument in arguments)
        {
            string number = argument.TrimEnd('s', 'm', 'h', 'd');
            double unit = argument[^1] switch { 'm' => 60, 'h' => 3600, 'd' => 86400, _ => 1 };
            if (argument == "infinity")
            {
                throw new ShellExit(0, isEndless: true);
            }

            if (!double.TryParse(number, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out double value))
            {
                return Fail(streams, $"sleep: invalid time interval '{argument}'\n");
            }

            sum += TimeSpan.FromSeconds(value * unit);
        }

        context.Elapsed += sum;
        return arguments.Length == 0 ? Fail(streams, "sleep: missing operand\n") : 0;
    }

    private static int Env(ShellContext context, string[] arguments, ShellStreams streams)
    {
        ShellContext inner = context.Fork();
        int skipped = 0;
        if (arguments is ["-i", ..])
        {
            inner.Exported.Clear();
            skipped = 1;
        }

        while (skipped < arguments.Length && arguments[skipped].IndexOf('=', StringComparison.Ordinal) is int sign and > 0)
        {
            inner.Variables[arguments[skipped][..sign]] = arguments[skipped][(sign + 1)..];
            inner.Exported.Add(arguments[skipped][..sign]);
            skipped++;
        }

        if (skipped == arguments.Length)
        {
            return Say(streams, string.Concat(inner.Exported.Order(StringComparer.Ordinal).Select(name => $"{name}={inner.Variables.GetValueOrDefault(name)}\n")));
        }

        int status = RunOther(inner, arguments[skipped..], streams);
        context.Elapsed = inner.Elapsed;
        return status;
    }

    private static int RunOther(ShellContext context, string[] words, ShellStreams streams) => Find(words[0]) is { } program
        ? program(context, words[1..], streams)
        : Fail(streams, $"env: '{words[0]}': No such file or directory\n", 127);

    private static int PrintEnv(ShellContext context, string[] arguments, ShellStreams streams)
    {
        if (arguments.Length == 0)
        {
            return Env(context, [], streams);
        }

        return context.Exported.Contains(arguments[0]) ? Say(streams, context.Variables.GetValueOrDefault(arguments[0]) + "\n") : 1;
    }

    private static int Export(ShellContext context, string[] arguments, ShellStreams streams)
    {
        foreach (string argument in arguments)
        {
            int sign = argument.IndexOf('=', StringComparison.Ordinal);
            string name = sign < 0 ? argument : argument[..sign];
            context.Exported.Add(name);
            if (sign >= 0)
            {
                context.Variables[name] = argument[(sign + 1)..];
            }
        }

        return 0;
    }

    private static int Set(ShellContext context, string[] arguments, ShellStreams streams)
    {
        foreach (string argument in arguments)
        {
            if (argument.Length > 1 && argument[0] is '-' or '+' && argument.Contains('e', StringComparison.Ordinal))
            {
                context.StopsOnError = argument[0] == '-';
            }
        }

        return 0;
    }

    private static int Shift(ShellContext context, string[] arguments, ShellStreams streams)
    {
        if (context.Positional.Count == 0)
        {
            throw new ShellSyntaxException("shift: can't shift that many");
        }

        context.Positional = [.. context.Positional.Skip(1)];
        return 0;
    }

    private static int Read(ShellContext context, string[] arguments, ShellStreams streams)
    {
        string[] names = [.. arguments.Where(static argument => !argument.StartsWith('-'))];
        byte[]? line = streams.Input.ReadLine();
        string[] parts = Encoding.UTF8.GetString(line ?? []).Split([' ', '\t'], Math.Max(1, names.Length), StringSplitOptions.RemoveEmptyEntries);
        for (int i = 0; i < names.Length; i++)
        {
            context.Variables[names[i]] = parts.ElementAtOrDefault(i) ?? "";
        }

        return line is null ? 1 : 0;
    }

    private static int Cd(ShellContext context, string[] arguments, ShellStreams streams)
    {
        string path = context.Full(arguments.ElementAtOrDefault(0) ?? "/root");
        if (!context.Guest.Inside.IsFolder(path))
        {
            return Fail(streams, $"{context.ScriptName}: 1: cd: can't cd to {arguments[0]}\n", 2);
        }

        context.Variables["PWD"] = path;
        return 0;
    }

    private static int Kill(ShellContext context, string[] arguments, ShellStreams streams)
    {
        string? option = arguments.FirstOrDefault(static argument => argument.StartsWith('-'));
        int signal = option?.TrimStart('-') switch { null => Terminated, "KILL" or "SIGKILL" => 9, "TERM" or "SIGTERM" => Terminated, "HUP" => 1, "INT" => 2, string number => Number(number) };
        foreach (string argument in arguments.Where(static argument => !argument.StartsWith('-')))
        {
            int pid = Number(argument);
            if (pid == context.Pid)
            {
                throw signal == 0 ? new ShellExit(0) : new ShellExit(128 + signal, signal);
            }

            if (!context.Guest.Inside.Processes.TryGetValue(pid, out GuestProcess? process) || process.HasEnded(context.Now))
            {
                return Fail(streams, $"{context.ScriptName}: 1: kill: No such process\n");
            }

            if (signal != 0)
            {
                context.Guest.Inside.Processes[pid] = process with { EndsAt = context.Now, Signal = signal, ExitCode = null, Output = [], Errors = [] };
            }
        }

        return 0;
    }

    private static int Number(string text) => int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out int number) ? number : -1;

    private static int Uname(ShellContext context, string[] arguments, ShellStreams streams) => Say(streams, arguments switch
    {
        ["-a"] => $"Linux {context.Guest.Name} 6.12.48-amd64 #1 SMP PREEMPT_DYNAMIC x86_64 GNU/Linux\n",
        ["-r"] => "6.12.48-amd64\n",
        ["-m"] => "x86_64\n",
        ["-n"] => context.Guest.Name + "\n",
        _ => "Linux\n",
    });

    private static int Date(ShellContext context, string[] arguments, ShellStreams streams)
    {
        DateTimeOffset now = context.Now.ToUniversalTime();
        string format = arguments.FirstOrDefault(static argument => argument.StartsWith('+')) ?? "";
        string text = format switch
        {
            "" => now.ToString("ddd MMM d HH:mm:ss 'UTC' yyyy", CultureInfo.InvariantCulture),
            _ => format[1..]
                .Replace("%s", now.ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture), StringComparison.Ordinal)
                .Replace("%F", now.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture), StringComparison.Ordinal)
                .Replace("%T", now.ToString("HH:mm:ss", CultureInfo.InvariantCulture), StringComparison.Ordinal)
                .Replace("%Y", now.ToString("yyyy", CultureInfo.InvariantCulture), StringComparison.Ordinal)
                .Replace("%m", now.ToString("MM", CultureInfo.InvariantCulture), StringComparison.Ordinal)
                .Replace("%d", now.ToString("dd", CultureInfo.InvariantCulture), StringComparison.Ordinal)
                .Replace("%H", now.ToString("HH", CultureInfo.InvariantCulture), StringComparison.Ordinal)
                .Replace("%M", now.ToString("mm", CultureInfo.InvariantCulture), StringComparison.Ordinal)
                .Replace("%S", now.ToString("ss", CultureInfo.InvariantCulture), StringComparison.Ordinal),
        };
        return Say(streams, text + "\n");
    }

    private static int Seq(ShellContext context, string[] arguments, ShellStreams streams)
    {
        int last = arguments.Length == 0 ? 0 : Number(arguments[^1]);
        for (int number = arguments.Length > 1 ? Number(arguments[0]) : 1; number <= last; number++)
        {
            context.Step();
            streams.Write(string.Create(CultureInfo.InvariantCulture, $"{number}\n"));
        }

        return 0;
    }

    private static int Shell(ShellContext context, string[] arguments, ShellStreams streams, bool isBash)
    {
        ShellContext inner = context.Fork();
        inner.IsBash = isBash;
        inner.Positional = [];
        int at = 0;
        bool hasScript = false;
        for (; at < arguments.Length && arguments[at].Length > 1 && arguments[at][0] == '-'; at++)
        {
            hasScript |= arguments[at].Contains('c', StringComparison.Ordinal);
            inner.StopsOnError |= arguments[at].Contains('e', StringComparison.Ordinal);
        }

        string? script;
        if (hasScript)
        {
            script = arguments.ElementAtOrDefault(at++);
            inner.ScriptName = arguments.ElementAtOrDefault(at++) ?? "sh";
        }
        else if (at < arguments.Length)
        {
            inner.ScriptName = arguments[at];
            script = context.Guest.Inside.Read(context.Guest, context.Full(arguments[at++]), context.Now) is { } content ? Encoding.UTF8.GetString(content) : null;
        }
        else
        {
            script = Encoding.UTF8.GetString(streams.Input.ReadAll());
        }

        if (script is null)
        {
            return Fail(streams, hasScript ? "sh: 0: -c requires an argument\n" : $"sh: 0: cannot open {inner.ScriptName}: No such file\n", 2);
        }

        inner.Positional = [.. arguments.Skip(at)];
        return Inner(context, inner, script, streams);
    }

    private static int Inner(ShellContext context, ShellContext inner, string script, ShellStreams streams)
    {
        try
        {
            return ShellInterpreter.Run(inner, script, streams);
        }
        catch (ShellExit exit) when (exit is { Signal: null, IsEndless: false })
        {
            return exit.Code;
        }
        finally
        {
            context.Elapsed = inner.Elapsed;
        }
    }
}
