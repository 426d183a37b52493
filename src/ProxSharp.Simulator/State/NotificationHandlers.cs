using System.Text.Json.Nodes;
using ProxSharp.Simulator.Calls;
using ProxSharp.Simulator.Jobs;

namespace ProxSharp.Simulator.State;

/// <summary>Notifications: endpoints of all kinds, the matchers that choose between them, and what is there from the start.</summary>
internal sealed class NotificationHandlers(PveState state, IFallbackHandler collections)
{
    private const string Endpoints = "/cluster/notifications/endpoints";
    private const string Matchers = "/cluster/notifications/matchers";
    private const string Builtin = "builtin";

    private static readonly string[] s_kinds = ["gotify", "sendmail", "smtp", "webhook"];

    private static readonly string[] s_types = ["package-updates", "fencing", "replication", "system-mail", "vzdump"];

    /// <summary>Puts in what every cluster has.</summary>
    public static void AddBuiltin(PveState state)
    {
        state.Collections.Put($"{Endpoints}/sendmail", "mail-to-root", BuiltinEndpoint());
        state.Collections.Put(Matchers, "default-matcher", BuiltinMatcher());
    }

    public void Register(HandlerTable table)
    {
        table.Get("/cluster/notifications/targets", List);
        table.Post("/cluster/notifications/targets/{name}/test", Test);
        table.Get("/cluster/notifications/matcher-fields", static _ => ApiReply.List(((string[])["type", "hostname", "job-id"])
            .Select(static name => new JsonObject { ["name"] = name })));
        table.Get("/cluster/notifications/matcher-field-values", _ => ApiReply.Of(FieldValues()));
        foreach (string kind in s_kinds)
        {
            RegisterChanges(table, $"{Endpoints}/{kind}");
        }

        RegisterChanges(table, Matchers);
    }

    private void RegisterChanges(HandlerTable table, string list)
    {
        table.Post(list, call => Create(call, list));
        table.Put($"{list}/{{name}}", call => Update(call, list));
        table.Delete($"{list}/{{name}}", call => Delete(call, list));
    }

    private static JsonObject BuiltinEndpoint() => new()
    {
        ["mailto-user"] = new JsonArray("root@pam"),
        ["comment"] = "Send mails to root@pam's email address",
        ["origin"] = Builtin,
    };

    private static JsonObject BuiltinMatcher() => new()
    {
        ["target"] = new JsonArray("mail-to-root"),
        ["mode"] = "all",
        ["comment"] = "Route all notifications to mail-to-root",
        ["origin"] = Builtin,
    };

    private IEnumerable<(string Kind, string Name, JsonObject Item)> Targets() =>
        s_kinds.SelectMany(kind => state.Collections.Items($"{Endpoints}/{kind}").Select(entry => (kind, entry.Key, entry.Value)));

    private ApiReply List(ApiCall call)
    {
        JsonArray list = [];
        foreach ((string kind, string name, JsonObject item) in Targets())
        {
            JsonObject entry = new() { ["name"] = name, ["type"] = kind, ["origin"] = item["origin"]?.DeepClone() ?? "user-created" };
            if (item["comment"] is { } comment)
            {
                entry["comment"] = comment.DeepClone();
            }

            if (item["disable"] is { } disable && ApiCall.TextOf(disable) is "1" or "true")
            {
                entry["disable"] = true;
            }

            list.Add((JsonNode)entry);
        }

        return ApiReply.Of(list);
    }

    private ApiReply Test(ApiCall call)
    {
        string name = call.PathValues["name"];
        return Targets().Any(target => target.Name == name)
            ? ApiReply.Nothing
            : throw new ApiFault(404, $"target '{name}' does not exist") { WithoutNewline = true };
    }

    private JsonArray FieldValues()
    {
        JsonArray values = [];
        foreach (string type in s_types)
        {
            values.Add((JsonNode)new JsonObject { ["field"] = "type", ["value"] = type });
        }

        foreach (string node in state.Nodes.Keys)
        {
            values.Add((JsonNode)new JsonObject { ["field"] = "hostname", ["value"] = node });
        }

        foreach ((string id, JsonObject job) in state.Collections.Items(JobScheduler.Backups))
        {
            values.Add((JsonNode)new JsonObject { ["field"] = "job-id", ["value"] = id, ["comment"] = job["comment"]?.DeepClone() });
        }

        return values;
    }

    private ApiReply Create(ApiCall call, string list)
    {
        string name = call.Required("name");
        bool isTaken = list == Matchers ? state.Collections.Find(list, name) is not null : Targets().Any(target => target.Name == name);
        if (isTaken)
        {
            throw new ApiFault(400, $"Cannot create '{name}', an entity with the same name already exists") { WithoutNewline = true };
        }

        DemandTargets(call);
        return collections.Handle(call);
    }

    private void DemandTargets(ApiCall call)
    {
        if (call.Values("target").FirstOrDefault(name => !Targets().Any(target => target.Name == name)) is { } missing)
        {
            throw new ApiFault(404, $"endpoint '{missing}' does not exist") { WithoutNewline = true };
        }
    }

    private ApiReply Update(ApiCall call, string list)
    {
        DemandTargets(call);
        ApiReply reply = collections.Handle(call);
        if (state.Collections.Find(list, call.PathValues["name"]) is { } item && item["origin"] is not null)
        {
            item["origin"] = "modified-builtin";
        }

        return reply;
    }

    private ApiReply Delete(ApiCall call, string list)
    {
        string name = call.PathValues["name"];
        string[] users = list == Matchers ? [] : [.. state.Collections.Items(Matchers)
            .Where(matcher => matcher.Value["target"] is JsonArray targets && targets.Any(target => ApiCall.TextOf(target!) == name))
            .Select(static matcher => matcher.Key)];
        bool isBuiltin = state.Collections.Find(list, name)?["origin"] is not null;
        if (users.Length > 0 && !isBuiltin)
        {
            throw new ApiFault(400, $"cannot delete '{name}', referenced by: {string.Join(", ", users)}") { WithoutNewline = true };
        }

        ApiReply reply = collections.Handle(call);
        if (isBuiltin)
        {
            // Proxmox: what was there from the start comes back as it was.
            state.Collections.Put(list, name, list == Matchers ? BuiltinMatcher() : BuiltinEndpoint());
        }

        return reply;
    }
}
