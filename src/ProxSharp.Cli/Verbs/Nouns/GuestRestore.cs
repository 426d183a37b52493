using ProxSharp.Api;
using ProxSharp.Cli.Verbs.Changes;
using ProxSharp.Cli.Verbs.Endpoints;
using ProxSharp.Cli.Verbs.Guests;
using ProxSharp.Pve.Guests;

namespace ProxSharp.Cli.Verbs.Nouns;

/// <summary><c>restore</c> of <c>vm</c> and <c>ct</c>: a guest out of a backup.</summary>
internal static class GuestRestore
{
    /// <summary>Makes the verb.</summary>
    public static Verb Make(VerbContext context, GuestKind kind)
    {
        EndpointSpec spec = Spec(kind);
        return GuestMaking.Make(context, spec, GuestNumber.BesideArchive(spec.Positional[0]), async (run, binding, parameters, cancellationToken) =>
        {
            RestoreSource source = new(kind, GuestMaking.Value(parameters, spec.Positional[0]), GuestMaking.Value(parameters, "vmid"));
            source.CheckKind();
            bool overwrites = GuestMaking.Value(parameters, "force") is "1";
            GuestSummary? old = overwrites ? await source.OverwrittenAsync(run, cancellationToken).ConfigureAwait(false) : null;
            string node = await source.NodeAsync(run, binding, old, cancellationToken).ConfigureAwait(false);
            if (!overwrites)
            {
                await GuestMaking.CheckFreeAsync(run, parameters, "vmid", cancellationToken).ConfigureAwait(false);
            }

            string path = $"/nodes/{Uri.EscapeDataString(node)}/{kind.Segment()}";
            await source.CheckOverwritableAsync(run, old, path, parameters, cancellationToken).ConfigureAwait(false);
            await source.CheckStoragesAsync(run, node, GuestMaking.Value(parameters, "storage"), cancellationToken).ConfigureAwait(false);

            return await GuestMaking.NumberedAsync(run, parameters, "vmid", all =>
            {
                string id = GuestMaking.Value(all, "vmid")!;
                PlannedCall call = new(ApiMethod.Post, path, all) { Template = binding.Endpoint.Path };
                string action = overwrites ? "overwrite" : "restore";
                MadeGuest made = new(id, GuestMaking.Value(all, kind == GuestKind.Container ? "hostname" : "name"), node);
                return new CallRunner(run, binding.Schema, binding.Endpoint) { Made = made }.RunAsync(
                    call, $"{action} {kind.One()} {id}", id, cancellationToken);
            }, cancellationToken).ConfigureAwait(false);
        });
    }

    private static EndpointSpec Spec(GuestKind kind)
    {
        bool isContainer = kind == GuestKind.Container;
        string example = isContainer ? "local:backup/vzdump-lxc-200-2026_01_01-00_00_00.tar.zst" : "local:backup/vzdump-qemu-100-2026_01_01-00_00_00.vma.zst";
        return new("restore", $"POST /nodes/{{node}}/{kind.Segment()}", $"Make a {kind.One()} out of a backup.")
        {
            Positional = [isContainer ? "ostemplate" : "archive"],
            Hidden = isContainer ? ["restore"] : [],
            Fixed = isContainer ? [("restore", "1")] : [],
            Chosen = ["vmid"],
            Node = NodeRule.Any,
            DefaultNode = "that of the guest that is overwritten, else the one that has the backup",
            Details =
                $"The number may stand behind the archive, or in front of it, as {(isContainer ? "pct restore" : "qmrestore")} has it. "
                + "Without one and without --vmid the lowest free number is taken. With --force the guest of that number is overwritten: then --yes is needed, or its "
                + "number is asked for. Where no node is named it is that of the guest that is overwritten, else the one that has the backup.",
            Examples =
            [
                new($"{kind.Noun()} restore {example} --node pve1", "as a new guest"),
                new($"{kind.Noun()} restore {example} --node pve1 --vmid {(isContainer ? 200 : 100)} --force --yes", "over the old one"),
            ],
        };
    }
}
