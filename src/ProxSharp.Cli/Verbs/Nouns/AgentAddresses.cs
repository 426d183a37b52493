using System.Globalization;
using System.Net;
using System.Text.Json;
using ProxSharp.Cli.Errors;
using ProxSharp.Cli.Output;
using ProxSharp.Cli.Verbs.Guests;
using ProxSharp.Pve;
using ProxSharp.Pve.Agents;
using ProxSharp.Pve.Bulk;
using ProxSharp.Pve.Guests;

namespace ProxSharp.Cli.Verbs.Nouns;

/// <summary>The verb <c>vm agent ip</c>: the addresses that agents tell. A machine that does not answer does not hide those of the others.</summary>
internal static class AgentAddresses
{
    private static readonly ResultShape s_shape = new()
    {
        LeadingFields = ["vmid", "name", "interface", "address", "prefix", "mac"],
        TableFields = ["vmid", "name", "interface", "address", "prefix", "outcome", "message"],
        KnownFields = ["vmid", "name", "interface", "address", "prefix", "mac", "outcome", "message"],
        NameField = "address",
    };

    /// <summary>Builds it.</summary>
    /// <param name="path">The path of the agent.</param>
    public static Verb Build(string path)
    {
        GuestTargets targets = new(GuestKind.Vm, takesWords: true);
        return new Verb(
            "ip", "List the addresses that virtual machines have, loopback left out.", VerbClass.Read, (run, token) => RunAsync(run, targets, token))
        {
            Calls = [$"GET {path}/network-get-interfaces"],
            Arguments = [targets.Argument],
            Traits = VerbTraits.Watch | VerbTraits.Parallel,
            Details =
                "A machine of several whose agent does not answer has a row with the outcome 'failed' and the reason, and the command ends with exit code 1.",
            Examples = [new("vm agent ip web-1", "one"), new("vm agent ip @tag-prod status=running -o name", "only the addresses of several")],
        };
    }

    private static async Task<int> RunAsync(VerbRun run, GuestTargets targets, CancellationToken cancellationToken)
    {
        int parallel = run.Number(run.Standard.Parallel) ?? StandardOptions.UsualParallel;
        IReadOnlyList<GuestSummary> guests = await targets.FindAsync(run, cancellationToken).ConfigureAwait(false);
        PveClient pve = await run.PveAsync(cancellationToken).ConfigureAwait(false);
        Answer[] answers = [];
        int exitCode = await Watching.RunAsync(run, async token =>
        {
            answers = await AskAsync(pve, guests, parallel, token).ConfigureAwait(false);
            if (answers is [{ Failure: { } only }])
            {
                throw new CliException(ErrorMapper.Map(only) with { Node = guests[0].Node }, only);
            }

            run.Write(JsonText.Build(json => Write(json, answers, run.Command.Output.Format)), s_shape);
        }, cancellationToken).ConfigureAwait(false);
        Answer[] failed = [.. answers.Where(static answer => answer.Failure is not null)];
        return failed.Length > 0 ? throw Failed(answers, failed) : exitCode;
    }

    private static async Task<Answer[]> AskAsync(PveClient pve, IReadOnlyList<GuestSummary> guests, int parallel, CancellationToken cancellationToken)
    {
        Answer[] answers = new Answer[guests.Count];
        ParallelOptions options = new() { MaxDegreeOfParallelism = parallel, CancellationToken = cancellationToken };
        await Parallel.ForAsync(0, guests.Count, options, async (at, token) =>
        {
            GuestSummary guest = guests[at];
            try
            {
                answers[at] = new(guest, await ((Vm)pve.Guests[guest]).Agent.ListNetworkInterfacesAsync(token).ConfigureAwait(false), null);
            }
            catch (ProxmoxException failure)
            {
                answers[at] = new(guest, [], failure);
            }
        }).ConfigureAwait(false);
        return answers;
    }

    private static void Write(Utf8JsonWriter json, Answer[] answers, OutputFormat format)
    {
        json.WriteStartArray();
        foreach (Answer answer in answers)
        {
            // Who asks for the names alone reads addresses: a row without one has nothing to say there.
            if (answer.Failure is { } failure && format != OutputFormat.Name)
            {
                json.WriteStartObject();
                json.WriteNumber("vmid", answer.Guest.Id.Value);
                json.WriteString("name", answer.Guest.Name);
                json.WriteString("outcome", GuestRows.Word(BulkOutcome.Failed));
                json.WriteString("message", ErrorMapper.Map(failure).Message);
                json.WriteEndObject();
            }

            foreach (GuestInterface card in answer.Interfaces)
            {
                Write(json, answer.Guest, card);
            }
        }

        json.WriteEndArray();
    }

    private static void Write(Utf8JsonWriter json, GuestSummary guest, GuestInterface card)
    {
        foreach (GuestAddress address in card.Addresses.Where(static address => !IPAddress.IsLoopback(address.Address)))
        {
            json.WriteStartObject();
            json.WriteNumber("vmid", guest.Id.Value);
            json.WriteString("name", guest.Name);
            json.WriteString("interface", card.Name);
            json.WriteString("address", address.Address.ToString());
            if (address.PrefixLength is { } prefix)
            {
                json.WriteNumber("prefix", prefix);
            }

            json.WriteString("mac", card.HardwareAddress);
            json.WriteEndObject();
        }
    }

    private static CliException Failed(Answer[] answers, Answer[] failed) => new(
        new CliError
        {
            Code = "bulk_failed",
            ExitCode = ExitCodes.Error,
            Message = string.Create(
                CultureInfo.InvariantCulture,
                $"{failed.Length} of {answers.Length} guests failed: {string.Join(", ", failed.Select(static answer => answer.Guest.Id))}"),
            Hint = "The rows say why; status=running behind the selection leaves out what is off.",
            IsRetryable = Array.TrueForAll(failed, static answer => ErrorMapper.Map(answer.Failure!).IsRetryable),
        },
        failed[0].Failure);

    private sealed record Answer(GuestSummary Guest, IReadOnlyList<GuestInterface> Interfaces, ProxmoxException? Failure);
}
