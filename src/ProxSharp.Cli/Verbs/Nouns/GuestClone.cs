using ProxSharp.Api;
using ProxSharp.Cli.Errors;
using ProxSharp.Cli.Verbs.Changes;
using ProxSharp.Cli.Verbs.Endpoints;
using ProxSharp.Cli.Verbs.Guests;
using ProxSharp.Pve.Guests;

namespace ProxSharp.Cli.Verbs.Nouns;

/// <summary><c>clone</c> of <c>vm</c> and <c>ct</c>; the number is taken from the cluster where none is given.</summary>
internal static class GuestClone
{
    /// <summary>Makes the verb.</summary>
    public static Verb Make(VerbContext context, GuestKind kind)
    {
        string name = kind == GuestKind.Container ? "hostname" : "name";
        string source = kind == GuestKind.Container ? "dns" : "debian-13-template";
        EndpointSpec spec = new("clone", $"POST /nodes/{{node}}/{kind.Segment()}/{{vmid}}/clone", $"Copy a {kind.One()} or a template.")
        {
            Positional = [name],
            Chosen = ["newid"],
            Details =
                "A number in place of the name is the number of the copy, as in qm clone and pct clone; the name then is an option. "
                + "Without one and without --newid the lowest free number is taken. Copies of templates are linked unless --full is given.",
            Examples =
            [
                new($"{kind.Noun()} clone {source} {(kind == GuestKind.Container ? "dns-2" : "web-9")} --full", "a copy of its own"),
                new(
                    $"{kind.Noun()} clone {source} {(kind == GuestKind.Container ? "dns-2" : "web-9")} --newid 190 --target pve2 --dry-run",
                    "a number and a node; only show"),
            ],
        };
        GuestTargets targets = new(kind, takesWords: false, "source");
        return GuestMaking.Make(context, spec, GuestNumber.InPlaceOfName(name, "newid"), async (run, binding, parameters, cancellationToken) =>
        {
            IReadOnlyList<GuestSummary> guests = await targets.FindAsync(run, cancellationToken).ConfigureAwait(false);
            if (guests.Count != 1)
            {
                throw CliException.Usage($"The selection fits {guests.Count} {kind.Many()}, and one is copied at a time", "Name the one you mean");
            }

            await GuestMaking.CheckFreeAsync(run, parameters, "newid", cancellationToken).ConfigureAwait(false);
            return await GuestMaking.NumberedAsync(run, parameters, "newid", all =>
            {
                PlannedCall call = new(ApiMethod.Post, EndpointVerbs.GuestPath(run, binding, guests[0], guests[0].Node), all)
                {
                    Template = binding.Endpoint.Path,
                    Target = GuestKinds.Title(guests[0]),
                };
                MadeGuest made = new(GuestMaking.Value(all, "newid")!, GuestMaking.Value(all, name), GuestMaking.Value(all, "target") ?? guests[0].Node);
                return new CallRunner(run, binding.Schema, binding.Endpoint)
                {
                    Made = made,
                    Opening = $"Copying {GuestKinds.Title(guests[0])} to {GuestMaking.Value(all, "newid")}",
                }.RunAsync(call, "clone", guests[0].Name ?? "", cancellationToken);
            }, cancellationToken).ConfigureAwait(false);
        }, targets.Argument);
    }
}
