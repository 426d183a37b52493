using System.CommandLine;
using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text.Json;
using ProxSharp.Cli.Calls;
using ProxSharp.Cli.Errors;
using ProxSharp.Cli.Output;
using ProxSharp.Cli.Verbs;
using ProxSharp.Cli.Verbs.Changes;
using ProxSharp.Cli.Verbs.Guests;
using ProxSharp.Pve;
using ProxSharp.Pve.Consoles;
using ProxSharp.Pve.Guests;

namespace ProxSharp.Cli.Consoles;

/// <summary><c>prox vnc</c>: the screen of a guest behind a port of this machine, for any VNC viewer.</summary>
internal static class VncVerb
{
    private static readonly ResultShape s_shape = new()
    {
        LeadingFields = ["url", "password", "title"],
        TableFields = ["url", "password", "title"],
        NameField = "url",
    };

    /// <summary>Makes the verb.</summary>
    public static Verb Make()
    {
        GuestTargets targets = new(GuestKind.Any, takesWords: false);
        Options options = new();
        return new Verb(
            "vnc",
            "Open the screen of a guest for a VNC viewer on this machine.",
            VerbClass.Change,
            (run, token) => RunAsync(run, targets, options, token))
        {
            Calls =
            [
                "POST /nodes/{node}/qemu/{vmid}/vncproxy", "POST /nodes/{node}/lxc/{vmid}/vncproxy",
                "GET /nodes/{node}/qemu/{vmid}/vncwebsocket", "GET /nodes/{node}/lxc/{vmid}/vncwebsocket",
            ],
            Arguments = [targets.Argument],
            Options = [options.Viewer, options.Port, options.Keep, options.Web],
            Traits = VerbTraits.None,
            Details =
                "The port is on the loopback address only and asks for the password that is printed, which is good for this call of the command. What "
                + "passes goes to the server through TLS. The command ends when the viewer closes. A viewer that --viewer starts finds the password in the "
                + "variable VNC_PASSWORD, where TigerVNC looks for it.",
            Examples =
            [
                new("vnc web-1", "print address and password, and wait for a viewer"),
                new("vnc web-1 --viewer 'vncviewer {host}::{port}'", "start the viewer too"),
                new("vnc web-1 --web", "the address of the server's own page with the screen"),
            ],
        };
    }

    private static async Task<int> RunAsync(VerbRun run, GuestTargets targets, Options options, CancellationToken cancellationToken)
    {
        run.Expect(ProxmoxProduct.VirtualEnvironment);
        ChangeRules.CheckContext(run.Context);
        IReadOnlyList<GuestSummary> guests = await targets.FindAsync(run, cancellationToken).ConfigureAwait(false);
        if (guests.Count != 1)
        {
            throw CliException.Usage($"That fits {guests.Count} guests, and a screen is one guest's", "Name the one you mean by its number");
        }

        // The screen of a guest is more than a look at it: who sees it can type.
        ChangeRules.CheckTags(run.Context, guests);
        if (run.Value(options.Web))
        {
            WriteWebPage(run, guests[0]);
            return ExitCodes.Success;
        }

        PveClient pve = await run.PveAsync(cancellationToken).ConfigureAwait(false);
        ServerSession session = await run.SessionAsync(cancellationToken).ConfigureAwait(false);
        await ConsoleReadiness.CheckRightAsync(session, guests[0], "screen", cancellationToken).ConfigureAwait(false);
        await ConsoleReadiness.CheckRunsAsync(session, guests[0], "screen", cancellationToken).ConfigureAwait(false);
        using TcpListener listener = Listen(run.Value(options.Port));
        VncBridge bridge = new(listener, RfbPassword.Create(), token => OpenAsync(pve, guests[0], token));
        await ServeAsync(run, bridge, guests[0], options, cancellationToken).ConfigureAwait(false);
        return ExitCodes.Success;
    }

    private static async Task ServeAsync(
        VerbRun run, VncBridge bridge, GuestSummary guest, Options options, CancellationToken cancellationToken)
    {
        Announce(run, bridge, guest);
        await run.Command.Services.Console.Out.FlushAsync(cancellationToken).ConfigureAwait(false);
        using Process? viewer = run.Value(options.Viewer) is { } command ? Start(command, bridge) : null;
        do
        {
            if (!await bridge.ServeAsync(cancellationToken).ConfigureAwait(false))
            {
                throw new CliException(new CliError
                {
                    Code = "vnc_password",
                    ExitCode = ExitCodes.Authentication,
                    Message = "Too many wrong passwords: the port is closed",
                    Hint = "Run the command again: it has another password.",
                });
            }

            run.Note($"The viewer of {GuestKinds.Title(guest)} has closed.");
        }
        while (run.Value(options.Keep));
    }

    private static void Announce(VerbRun run, VncBridge bridge, GuestSummary guest)
    {
        string url = string.Create(CultureInfo.InvariantCulture, $"vnc://127.0.0.1:{bridge.Port}");
        if (run.Command.Output.Format is OutputFormat.Table)
        {
            TextWriter writer = run.Command.Services.Console.Out;
            writer.WriteLine($"{GuestKinds.Title(guest)}");
            writer.WriteLine($"  address   {url}");
            writer.WriteLine($"  password  {bridge.Password}");
            run.Note("Waiting for a viewer. Ctrl-C closes the port.");
            return;
        }

        run.Write(JsonText.Build(json =>
        {
            json.WriteStartObject();
            json.WriteString("url", url);
            json.WriteString("host", "127.0.0.1");
            json.WriteNumber("port", bridge.Port);
            json.WriteString("password", bridge.Password);
            json.WriteString("title", GuestKinds.Title(guest));
            json.WriteEndObject();
        }), s_shape);
    }

    private static Task<VncSession> OpenAsync(PveClient pve, GuestSummary guest, CancellationToken cancellationToken) => pve.Guests[guest] switch
    {
        Vm vm => vm.OpenVncAsync(cancellationToken),
        Container container => container.OpenVncAsync(cancellationToken: cancellationToken),
        _ => throw new InvalidOperationException("There is a kind of guest that has no screen."),
    };

    // For people the address alone, to be clicked at or handed to a browser.
    private static void WriteWebPage(VerbRun run, GuestSummary guest)
    {
        string url = WebPage(run, guest);
        if (run.Command.Output is { Format: OutputFormat.Table, Fields: null })
        {
            run.Command.Services.Console.Out.WriteLine(url);
            return;
        }

        run.Write(JsonText.Build(json =>
        {
            json.WriteStartObject();
            json.WriteString("url", url);
            json.WriteString("title", GuestKinds.Title(guest));
            json.WriteEndObject();
        }), s_shape);
    }

    // Proxmox: the page of the web interface that shows one console and nothing else. It needs a login in the browser.
    private static string WebPage(VerbRun run, GuestSummary guest)
    {
        string kind = guest.Type.Value == "lxc" ? "lxc" : "kvm";
        string name = Uri.EscapeDataString(guest.Name ?? "");
        string server = run.Context.Endpoints[0].BaseAddress.GetLeftPart(UriPartial.Authority);
        return $"{server}/?console={kind}&novnc=1&vmid={guest.Id}&vmname={name}&node={Uri.EscapeDataString(guest.Node)}&resize=off";
    }

    private static TcpListener Listen(int port)
    {
        if (port is < 0 or > 65535)
        {
            throw CliException.Usage($"--port {port} is no port", "Give a number from 0 to 65535");
        }

        TcpListener listener = new(IPAddress.Loopback, port);
        try
        {
            listener.Start();
            return listener;
        }
        catch (SocketException e)
        {
            listener.Dispose();
            throw new CliException(
                new CliError
                {
                    Code = "port",
                    ExitCode = ExitCodes.Error,
                    Message = $"Port {port} cannot be opened: {e.Message}",
                    Hint = "Take another one: --port 0 takes any that is free.",
                },
                e);
        }
    }

    private static Process? Start(string command, VncBridge bridge)
    {
        string port = bridge.Port.ToString(CultureInfo.InvariantCulture);
        string[] words = [.. command.Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(
            word => word.Replace("{host}", "127.0.0.1", StringComparison.Ordinal).Replace("{port}", port, StringComparison.Ordinal))];
        if (words.Length == 0)
        {
            throw CliException.Usage("--viewer names no program", "For example: --viewer 'vncviewer {host}::{port}'");
        }

        ProcessStartInfo start = new(words[0], command.Contains('{', StringComparison.Ordinal) ? words[1..] : [.. words[1..], $"127.0.0.1::{port}"])
        {
            UseShellExecute = false,
        };

        // Arguments can be seen by others on this machine; the variables of a process can not.
        start.Environment["VNC_PASSWORD"] = bridge.Password;
        try
        {
            return Process.Start(start);
        }
        catch (System.ComponentModel.Win32Exception e)
        {
            throw new CliException(
                new CliError
                {
                    Code = "viewer",
                    ExitCode = ExitCodes.Error,
                    Message = $"The viewer '{words[0]}' cannot be started: {e.Message}",
                    Hint = "Install one (for example tigervnc-viewer), or leave out --viewer and open the printed address.",
                },
                e);
        }
    }

    private sealed class Options
    {
        public Option<string> Viewer { get; } = new("--viewer")
        {
            Description = "Start this viewer; {host} and {port} stand for the address",
            HelpName = "command",
        };

        public Option<int> Port { get; } = new("--port")
        {
            Description = "The port on this machine; 0 takes any that is free [default: 0]",
            HelpName = "port",
            DefaultValueFactory = static _ => 0,
        };

        public Option<bool> Keep { get; } = new("--keep") { Description = "Serve one viewer after the other until Ctrl-C" };

        public Option<bool> Web { get; } = new("--web")
        {
            Description = "Print the address of the page on which the server itself shows the screen, and end",
        };
    }
}
