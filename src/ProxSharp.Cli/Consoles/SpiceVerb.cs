using System.CommandLine;
using System.Text.Json;
using ProxSharp.Cli.Errors;
using ProxSharp.Cli.Output;
using ProxSharp.Cli.Secrets;
using ProxSharp.Cli.Verbs;
using ProxSharp.Cli.Verbs.Changes;
using ProxSharp.Cli.Verbs.Guests;
using ProxSharp.Pve;
using ProxSharp.Pve.Consoles;
using ProxSharp.Pve.Guests;

namespace ProxSharp.Cli.Consoles;

/// <summary><c>prox spice</c>: the file that a SPICE viewer opens.</summary>
internal static class SpiceVerb
{
    private static readonly ResultShape s_shape = new() { LeadingFields = ["title", "host", "proxy", "tls-port", "password"], NameField = "title" };

    /// <summary>Makes the verb.</summary>
    public static Verb Make()
    {
        GuestTargets targets = new(GuestKind.Any, takesWords: false);
        Option<string> file = new("--output-file") { Description = "Where the file goes [default: standard output]", HelpName = "file" };
        return new Verb(
            "spice",
            "Write the file with which a viewer (remote-viewer) opens the screen of a guest. It is good for half a minute.",
            VerbClass.Change,
            (run, token) => RunAsync(run, targets, file, token))
        {
            Calls = ["POST /nodes/{node}/qemu/{vmid}/spiceproxy", "POST /nodes/{node}/lxc/{vmid}/spiceproxy"],
            Arguments = [targets.Argument],
            Options = [file],
            Traits = VerbTraits.None,
            Examples =
            [
                new("spice windows --output-file windows.vv", "then: remote-viewer windows.vv"),
                new("spice windows | remote-viewer -", "in one line"),
                new("spice windows -o json", "the settings, for a program"),
            ],
        };
    }

    private static async Task<int> RunAsync(VerbRun run, GuestTargets targets, Option<string> file, CancellationToken cancellationToken)
    {
        IReadOnlyList<GuestSummary> guests = await targets.FindAsync(run, cancellationToken).ConfigureAwait(false);
        if (guests.Count != 1)
        {
            throw CliException.Usage($"That fits {guests.Count} guests, and a screen is one guest's", "Name the one you mean by its number");
        }

        // The screen of a guest is more than a look at it: who sees it can type.
        ChangeRules.CheckContext(run.Context);
        ChangeRules.CheckTags(run.Context, guests);
        PveClient pve = await run.PveAsync(cancellationToken).ConfigureAwait(false);
        SpiceConnection spice = pve.Guests[guests[0]] switch
        {
            Vm vm => await vm.GetSpiceAsync(cancellationToken: cancellationToken).ConfigureAwait(false),
            Container container => await container.GetSpiceAsync(cancellationToken: cancellationToken).ConfigureAwait(false),
            _ => throw new InvalidOperationException("There is a kind of guest that has no screen."),
        };
        await WriteAsync(run, spice, run.Value(file), cancellationToken).ConfigureAwait(false);
        return ExitCodes.Success;
    }

    private static async Task WriteAsync(VerbRun run, SpiceConnection spice, string? file, CancellationToken cancellationToken)
    {
        if (file is { } name)
        {
            string path = run.Command.Services.Environment.AbsolutePath(name);

            // The settings hold a password.
            await PrivateFile.WriteAsync(path, spice.ToVvFile(), cancellationToken).ConfigureAwait(false);
            run.Note($"The file is {path}.");
        }
        else if (run.Command.Output is not { Format: OutputFormat.Table, Fields: null, Query: null })
        {
            run.Write(JsonText.Build(json => Write(json, spice)), s_shape);
        }
        else
        {
            await run.Command.Services.Console.Out.WriteAsync(spice.ToVvFile().AsMemory(), cancellationToken).ConfigureAwait(false);
        }
    }

    private static void Write(Utf8JsonWriter json, SpiceConnection spice)
    {
        json.WriteStartObject();
        foreach ((string name, string value) in spice.Settings)
        {
            json.WriteString(name, value);
        }

        json.WriteEndObject();
    }
}
