using ProxSharp.Api;
using ProxSharp.Cli.Calls;
using ProxSharp.Cli.Commands;
using ProxSharp.Cli.Errors;
using ProxSharp.Cli.Verbs.Changes;
using ProxSharp.Cli.Verbs.Endpoints;
using ProxSharp.Cli.Verbs.Guests;

namespace ProxSharp.Cli.Verbs.Nouns;

/// <summary><c>create</c> of <c>vm</c> and <c>ct</c>: a new guest; the number is taken from the cluster where none is given.</summary>
internal static class GuestCreate
{
    /// <summary>Makes the verb.</summary>
    public static Verb Make(VerbContext context, GuestKind kind)
    {
        bool isContainer = kind == GuestKind.Container;
        EndpointSpec spec = new("create", $"POST /nodes/{{node}}/{kind.Segment()}", $"Make a new {kind.One()}.")
        {
            Positional = [isContainer ? "hostname" : "name"],
            Hidden = isContainer ? ["restore"] : ["archive", "force"],
            Chosen = ["vmid"],
            Node = NodeRule.Any,
            Details =
                "A number in place of the name is the number of the new one, as in qm create and pct create; the name then is an option. "
                + "Without one and without --vmid the lowest free number is taken. In a cluster of several nodes --node says where.",
            Examples = isContainer
                ?
                [
                    new(
                        "ct create mail --node pve1 --ostemplate local:vztmpl/debian-13-standard_13.1-1_amd64.tar.zst --rootfs local-lvm:8 --memory 1024 "
                        + "--net0 name=eth0,bridge=vmbr0,ip=dhcp",
                        "from a template"),
                    new("ct create mail --vmid 210 --node pve1 --ostemplate local:vztmpl/debian.tar.zst --rootfs local-lvm:8 --dry-run", "see the call"),
                ]
                :
                [
                    new(
                        "vm create web-9 --node pve1 --memory 2048 --cores 2 --scsi0 local-lvm:32 --net0 virtio,bridge=vmbr0 --cdrom local:iso/debian-13.iso",
                        "with a disk, a network card and a CD"),
                    new("vm create web-9 --vmid 190 --node pve1 --memory 2048 --dry-run", "see the call"),
                ],
        };
        GuestNumber number = GuestNumber.InPlaceOfName(spec.Positional[0], "vmid", takesTemplate: isContainer);
        return GuestMaking.Make(context, spec, number, async (run, binding, parameters, cancellationToken) =>
        {
            string node = await GuestMaking.NodeAsync(run, binding, cancellationToken).ConfigureAwait(false);
            await GuestMaking.CheckFreeAsync(run, parameters, "vmid", cancellationToken).ConfigureAwait(false);
            return await GuestMaking.NumberedAsync(run, parameters, "vmid", all =>
            {
                PlannedCall call = new(ApiMethod.Post, $"/nodes/{Uri.EscapeDataString(node)}/{kind.Segment()}", all) { Template = binding.Endpoint.Path };
                MadeGuest made = new(GuestMaking.Value(all, "vmid")!, GuestMaking.Value(all, spec.Positional[0]), node);
                string begun = $"{char.ToUpperInvariant(kind.One()[0])}{kind.One()[1..]} {made.Id} on {node}";
                return new CallRunner(run, binding.Schema, binding.Endpoint) { Made = made, Begun = begun }.RunAsync(call, "create", node, cancellationToken);
            }, cancellationToken).ConfigureAwait(false);
        });
    }
}
