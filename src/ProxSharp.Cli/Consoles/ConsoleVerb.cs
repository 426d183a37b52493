using System.CommandLine;
using System.Runtime.InteropServices;
using ProxSharp.Api;
using ProxSharp.Cli.Calls;
using ProxSharp.Cli.Errors;
using ProxSharp.Cli.Terminal;
using ProxSharp.Cli.Verbs;
using ProxSharp.Cli.Verbs.Changes;
using ProxSharp.Cli.Verbs.Guests;
using ProxSharp.Pve;
using ProxSharp.Pve.Consoles;
using ProxSharp.Pve.Guests;

namespace ProxSharp.Cli.Consoles;

/// <summary><c>prox console</c>: the serial console of a machine, the console of a container, or the shell of a node, in this terminal.</summary>
internal static class ConsoleVerb
{
    private const int DefaultIdle = 5;
    private const int LongestIdle = 24 * 3600;

    /// <summary>Makes the verb that finds out by itself what is meant.</summary>
    public static Verb Make()
    {
        Argument<string> what = new("guest") { Description = "The number or name of a guest, or the name of a node" };
        return Make("console", "Open the console of a virtual machine (serial port), a container or a node in this terminal.", what, "web-1",
            (run, pve, token) => FindAsync(run, pve, what, token));
    }

    /// <summary>Makes the verb of <c>vm</c> and <c>ct</c>.</summary>
    public static Verb OfGuests(GuestKind kind)
    {
        GuestTargets targets = new(kind, takesWords: false);
        return Make("console", $"Open the console of a {kind.One()} in this terminal.", targets.Argument, kind.Example(),
            async (run, pve, token) => Guest(pve, Single(await targets.FindAsync(run, token).ConfigureAwait(false))), kind.Noun() + " ");
    }

    private static Verb Make(
        string name, string summary, Argument what, string example, Func<VerbRun, PveClient, CancellationToken, Task<ConsoleTarget>> find,
        string noun = "")
    {
        Option<int?> idle = new("--idle")
        {
            Description = $"In a pipe: leave when the input has ended and nothing came for so many seconds [default: {DefaultIdle}]",
            HelpName = "seconds",
        };
        return new(name, summary, VerbClass.Change, (run, token) => RunAsync(run, find, idle, token))
        {
            Options = [idle],
            Calls =
            [
                "POST /nodes/{node}/qemu/{vmid}/termproxy", "POST /nodes/{node}/lxc/{vmid}/termproxy", "POST /nodes/{node}/termproxy",
                "GET /nodes/{node}/vncwebsocket",
            ],
            Arguments = [what],
            Traits = VerbTraits.None,
            Details =
                "Every key goes to the other side, Ctrl-C too. Ctrl-] leaves. A virtual machine needs a serial port (vm set ... --serial0 socket). In a "
                + "pipe the input is sent as it is; at its end follows Ctrl-D, which ends a shell. The command ends with the console, or when nothing came for "
                + "a while: give --idle if a command in the script is silent for longer.",
            Examples =
            [
                new($"{noun}{name} {example}", "until Ctrl-] or the end of the shell"),
                new($"{noun}{name} {example} < commands.txt", "lines from a file"),
            ],
        };
    }

    private static async Task<ConsoleTarget> FindAsync(
        VerbRun run, PveClient pve, Argument<string> what, CancellationToken cancellationToken)
    {
        string word = run.Value(what)!;
        IReadOnlyList<GuestSummary> guests = await pve.Guests.ListAsync(cancellationToken).ConfigureAwait(false);
        GuestSummary[] named = [.. guests.Where(IsMeant)];
        if (named is [{ } one] && (one.Id.ToString() == word || IsMeant(one = await pve.Guests.LookAsync(one, cancellationToken).ConfigureAwait(false))))
        {
            return Guest(pve, one);
        }

        bool isNode = guests.Any(guest => guest.Node == word) || (
            await pve.Nodes.ListAsync(cancellationToken).ConfigureAwait(false)).Any(node => node.Node == word);
        named = named.Length > 0 || !isNode ? [.. (await pve.Guests.ListLiveAsync(cancellationToken).ConfigureAwait(false)).Where(IsMeant)] : [];
        if (named.Length > 0 || isNode)
        {
            return named.Length > 0 ? Guest(pve, Single(named)) : new ConsoleTarget(
                $"node {word}", $"/nodes/{Uri.EscapeDataString(word)}/termproxy", (options, token) => pve.Nodes[word].OpenTerminalAsync(options, token));
        }

        CliException missing = new(new CliError
        {
            Code = "not_found",
            ExitCode = ExitCodes.NotFound,
            Message = $"There is neither a guest nor a node '{word}'",
            Hint = "See: prox guest list, prox node list",
        });
        ServerSession session = await run.SessionAsync(cancellationToken).ConfigureAwait(false);
        throw await UnseenGuests.ExplainAsync(missing, word, guests, session, cancellationToken).ConfigureAwait(false);

        bool IsMeant(GuestSummary guest) => guest.Id.ToString() == word || string.Equals(guest.Name, word, StringComparison.OrdinalIgnoreCase);
    }

    private static ConsoleTarget Guest(PveClient pve, GuestSummary guest) => new(
        GuestKinds.Title(guest),
        $"/nodes/{Uri.EscapeDataString(guest.Node)}/{guest.Type}/{guest.Id}/termproxy",
        (options, token) => pve.Guests[guest] switch
        {
            Vm vm => vm.OpenTerminalAsync(options, token),
            Container container => container.OpenTerminalAsync(options, token),
            _ => throw new InvalidOperationException("There is a kind of guest that has no console."),
        })
    {
        Guest = guest,
    };

    private static GuestSummary Single(IReadOnlyList<GuestSummary> guests) => guests.Count == 1
        ? guests[0]
        : throw CliException.Usage($"That fits {guests.Count} guests, and a console is one guest's", "Name the one you mean by its number");

    private static async Task<int> RunAsync(
        VerbRun run, Func<VerbRun, PveClient, CancellationToken, Task<ConsoleTarget>> find, Option<int?> idle, CancellationToken cancellationToken)
    {
        ConsolePump pump = new(run.Command.Services.Time, TimeSpan.FromSeconds(run.Number(idle, LongestIdle) ?? DefaultIdle));
        run.Expect(ProxmoxProduct.VirtualEnvironment);
        ChangeRules.CheckContext(run.Context);
        IConsoleHost console = run.Command.Services.Console;
        PveClient pve = await run.PveAsync(cancellationToken).ConfigureAwait(false);
        ConsoleTarget target = await find(run, pve, cancellationToken).ConfigureAwait(false);

        // Who has a console can do anything to what is behind it, so that protected tags hold for it as they do for changes.
        ServerSession server = await run.SessionAsync(cancellationToken).ConfigureAwait(false);
        await server.CheckAsync(ApiMethod.Post, target.Path, [], cancellationToken).ConfigureAwait(false);
        if (target.Guest is { } guest)
        {
            await ConsoleReadiness.CheckAsync(server, guest, cancellationToken).ConfigureAwait(false);
        }

        TerminalOptions options = new() { Columns = console.Width ?? 80, Rows = console.Height ?? 24 };
        TerminalSession session = await target.OpenAsync(options, cancellationToken).ConfigureAwait(false);
        await using (session.ConfigureAwait(false))
        {
            run.Note($"Connected to {target.Title}. Leave with Ctrl-].");
            ConsoleEnd end = await InRawModeAsync(pump, session, console, cancellationToken).ConfigureAwait(false);
            run.Note(end switch
            {
                ConsoleEnd.Closed => $"\nThe console of {target.Title} has ended.",
                ConsoleEnd.Silent => $"\nLeft {target.Title}: the input has ended, and nothing came any more.",
                _ => $"\nLeft {target.Title}.",
            });
        }

        return ExitCodes.Success;
    }

    /// <summary>What a console is opened of.</summary>
    private sealed record ConsoleTarget(string Title, string Path, Func<TerminalOptions, CancellationToken, Task<TerminalSession>> OpenAsync)
    {
        /// <summary>The guest; null for a node.</summary>
        public GuestSummary? Guest { get; init; }
    }

    private static async Task<ConsoleEnd> InRawModeAsync(ConsolePump pump, TerminalSession session, IConsoleHost console, CancellationToken cancellationToken)
    {
        if (!console.IsInputTerminal)
        {
            return await pump.RunAsync(session, console, cancellationToken).ConfigureAwait(false);
        }

        using IDisposable raw = console.EnterRawMode() ?? throw new CliException(new CliError
        {
            Code = "terminal",
            ExitCode = ExitCodes.Error,
            Message = "This terminal cannot pass every key on",
            Hint = "Use a terminal with stty (Linux, macOS, WSL), or pipe the input in.",
        });
        using PosixSignalRegistration? resized = OperatingSystem.IsWindows()
            ? null
            : PosixSignalRegistration.Create(PosixSignal.SIGWINCH, _ => session.Resize(console.Width ?? 80, console.Height ?? 24));
        return await pump.RunAsync(session, console, cancellationToken).ConfigureAwait(false);
    }
}
