using System.Text.Json.Nodes;
using ProxSharp.Api;
using ProxSharp.Simulator.Calls;
using ProxSharp.Simulator.Collections;
using ProxSharp.Simulator.State;

namespace ProxSharp.Simulator.Processors;

/// <summary>What processors and machines guests can have, and processor models of one's own.</summary>
internal sealed class CpuModelHandlers(PveState state, CollectionReader reader)
{
    private const string Models = "/cluster/qemu/custom-cpu-models";
    private const string Prefix = "custom-";

    private static readonly string[] s_machineVersions =
        ["10.1", "10.0+pve1", "10.0", "9.2+pve1", "9.2", "9.1", "9.0", "8.2", "8.1", "8.0", "7.2", "7.1", "7.0", "6.2"];

    private static readonly (string Name, string? Description)[] s_flags =
    [
        ("nested-virt", "Lets guests run guests."), ("md-clear", "Needed against MDS."), ("pcid", "Makes the fix of Meltdown cheaper."),
        ("spec-ctrl", "Needed against Spectre on Intel."),
        ("ssbd", "Needed against Speculative Store Bypass on Intel."), ("ibpb", "Needed against Spectre on AMD."),
        ("virt-ssbd", "Needed against Speculative Store Bypass on AMD."),
        ("amd-ssbd", "As virt-ssbd, and faster."), ("pdpe1gb", "Pages of 1 GiB."), ("hv-tlbflush", "Makes Windows faster."), ("hv-evmcs", "Makes nested Windows faster."),
        ("aes", "AES in hardware."),
        ("3dnow", null), ("avx", null), ("avx2", null), ("x2apic", null),
    ];

    public void Register(HandlerTable table)
    {
        table.Get(Models, call => ApiReply.List(state.Collections.Items(Models).Where(model => MaySee(call, model.Key))
            .Select(model => Shown(model.Key, model.Value))));
        table.Post(Models, Create);
        table.Get($"{Models}/{{cputype}}", Get);
        table.Put($"{Models}/{{cputype}}", Update);
        table.Delete($"{Models}/{{cputype}}", Delete);
        table.Get("/cluster/qemu/cpu-flags", _ => ApiReply.Of(Flags(all: true)));
        table.Get("/nodes/{node}/capabilities/qemu/cpu-flags", _ => ApiReply.Of(Flags(all: false)));
        table.Get("/nodes/{node}/capabilities/qemu/cpu", List);
        table.Get("/nodes/{node}/capabilities/qemu/machines", static _ => ApiReply.Of(Machines()));
    }

    private static string Plain(string name) => name.StartsWith(Prefix, StringComparison.Ordinal) ? name[Prefix.Length..] : name;

    private bool MaySee(ApiCall call, string name) => state.Permissions.HasAny(call.Caller, $"/mapping/cpu/{Prefix}{name}", "Mapping.Audit", "Mapping.Use", "Mapping.Modify")
        || state.Permissions.HasAny(call.Caller, "/nodes", "Sys.Audit");

    private JsonObject Shown(string name, JsonObject model)
    {
        JsonObject shown = model.DeepClone().AsObject();
        shown["cputype"] = Prefix + name;
        shown["digest"] = reader.Digest(state.Collections.Items(Models).Values);
        return shown;
    }

    private JsonObject Demand(ApiCall call)
    {
        string name = call.PathValues["cputype"];
        return state.Collections.Find(Models, Plain(name)) ?? throw ApiFault.Failed($"Custom cputype '{Plain(name)}' not found");
    }

    private ApiReply Get(ApiCall call)
    {
        JsonObject model = Demand(call);
        return ApiReply.Of(Shown(Plain(call.PathValues["cputype"]), model));
    }

    private ApiReply Create(ApiCall call)
    {
        string name = Plain(call.Required("cputype"));
        if (state.Collections.Find(Models, name) is not null)
        {
            throw ApiFault.Failed($"Custom CPU model '{name}' already exists");
        }

        state.Collections.Put(Models, name, reader.Store(call, null, "cputype"));
        return ApiReply.Nothing;
    }

    private ApiReply Update(ApiCall call)
    {
        JsonObject model = Demand(call);
        call.DemandDigest(() => reader.Digest(state.Collections.Items(Models).Values));

        reader.Store(call, model);
        return ApiReply.Nothing;
    }

    private ApiReply Delete(ApiCall call)
    {
        Demand(call);
        state.Collections.Remove(Models, Plain(call.PathValues["cputype"]));
        return ApiReply.Nothing;
    }

    // Proxmox: a node tells only of the flags that guests are meant to be given; the cluster tells of all.
    private JsonArray Flags(bool all)
    {
        JsonArray flags = [];
        foreach ((string name, string? description) in s_flags.Where(flag => all || flag.Description is not null))
        {
            JsonArray nodes = [.. state.Nodes.Keys.Select(static node => (JsonNode)JsonValue.Create(node))];
            JsonObject flag = new() { ["name"] = name, ["supported-on"] = nodes };
            if (description is not null)
            {
                flag["description"] = description;
            }

            flags.Add((JsonNode)flag);
        }

        return flags;
    }

    private ApiReply List(ApiCall call)
    {
        JsonArray list = [];
        foreach (string model in state.Schema.Find(ApiMethod.Post, Models)!.Parameters["reported-model"].Enumeration ?? [])
        {
            list.Add((JsonNode)new JsonObject { ["name"] = model, ["vendor"] = VendorOf(model), ["custom"] = 0 });
        }

        foreach ((string name, JsonObject model) in state.Collections.Items(Models).Where(model => MaySee(call, model.Key)))
        {
            string reported = model["reported-model"] is { } value ? ApiCall.TextOf(value) : "kvm64";
            list.Add((JsonNode)new JsonObject { ["name"] = Prefix + name, ["vendor"] = VendorOf(reported), ["custom"] = 1 });
        }

        return ApiReply.Of(list);
    }

    private static string VendorOf(string model) => model switch
    {
        "host" or "max" or "kvm32" or "kvm64" or "qemu32" or "qemu64" or "486" => "default",
        "athlon" or "phenom" => "AuthenticAMD",
        _ when model.StartsWith("EPYC", StringComparison.Ordinal) || model.StartsWith("Opteron", StringComparison.Ordinal) => "AuthenticAMD",
        _ when model.StartsWith("x86-64", StringComparison.Ordinal) => "default",
        _ => "GenuineIntel",
    };

    private static JsonArray Machines()
    {
        JsonArray machines = [];
        foreach (string version in s_machineVersions)
        {
            foreach (string type in (string[])["i440fx", "q35"])
            {
                machines.Add((JsonNode)new JsonObject { ["id"] = $"pc-{type}-{version}", ["type"] = type, ["version"] = version });
            }
        }

        return machines;
    }
}
