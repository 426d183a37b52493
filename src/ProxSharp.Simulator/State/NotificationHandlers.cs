using System.Text.Json.Nodes;
using ProxSharp.Api;
using ProxSharp.Simulator.Calls;

namespace ProxSharp.Simulator.State;

/// <summary>Notifications of either product: endpoints of all kinds, the matchers that choose between them, and what is there from the start.</summary>
internal sealed class NotificationHandlers
{
    private const string Builtin = "builtin";
    private const string BuiltinTarget = "mail-to-root";
    private const string BuiltinMatcherName = "default-matcher";

    private static readonly string[] s_kinds = ["gotify", "sendmail", "smtp", "webhook"];

    private readonly ServerState _state;
    private readonly IFallbackHandler _collections;
    private readonly string _root;
    private readonly string _matchers;

    public NotificationHandlers(ServerState state, IFallbackHandler collections)
    {
        (_state, _collections) = (state, collections);
        _root = RootOf(state);
        _matchers = $"{_root}/matchers";
    }

    /// <summary>Puts in what every server has.</summary>
    public static void AddBuiltin(ServerState state)
    {
        string root = RootOf(state);
        state.Collections.Put($"{root}/endpoints/sendmail", BuiltinTarget, BuiltinEndpoint());
        state.Collections.Put($"{root}/matchers", BuiltinMatcherName, BuiltinMatcher(state));
    }

    public void Register(HandlerTable table)
    {
        table.Get($"{_root}/targets", List);
        table.Post($"{_root}/targets/{{name}}/test", Test);
        foreach (string kind in s_kinds)
        {
            RegisterChanges(table, $"{_root}/endpoints/{kind}");
        }

        RegisterChanges(table, _matchers);
    }

    private static bool IsBackupServer(ServerState state) => state.Schema.Product == ProxmoxProduct.BackupServer;

    private static string RootOf(ServerState state) => IsBackupServer(state) ? "/config/notifications" : "/cluster/notifications";

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

    private static JsonObject BuiltinMatcher(ServerState state)
    {
        bool isBackupServer = IsBackupServer(state);
        JsonObject matcher = new()
        {
            ["target"] = new JsonArray(BuiltinTarget),
            ["mode"] = "all",
            ["comment"] = isBackupServer
                ? "Route everything but successful prune job notifications to mail-to-root"
                : "Route all notifications to mail-to-root",
            ["origin"] = Builtin,
        };
        if (isBackupServer)
        {
            matcher["invert-match"] = true;
            matcher["match-field"] = new JsonArray("exact:type=prune");
            matcher["match-severity"] = new JsonArray("info");
        }

        return matcher;
    }

    private IEnumerable<(string Kind, string Name, JsonObject Item)> Targets() =>
        s_kinds.SelectMany(kind => _state.Collections.Items($"{_root}/endpoints/{kind}").Select(entry => (kind, entry.Key, entry.Value)));

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

    private ApiReply Create(ApiCall call, string list)
    {
        string name = call.Required("name");
        bool isTaken = list == _matchers ? _state.Collections.Find(list, name) is not null : Targets().Any(target => target.Name == name);
        if (isTaken)
        {
            throw new ApiFault(400, $"Cannot create '{name}', an entity with the same name already exists") { WithoutNewline = true };
        }

        DemandTargets(call);
        return _collections.Handle(call);
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
        ApiReply reply = _collections.Handle(call);
        if (_state.Collections.Find(list, call.PathValues["name"]) is { } item && item["origin"] is not null)
        {
            item["origin"] = "modified-builtin";
        }

        return reply;
    }

    private ApiReply Delete(ApiCall call, string list)
    {
        string name = call.PathValues["name"];
        string[] users = list == _matchers ? [] : [.. _state.Collections.Items(_matchers)
            .Where(matcher => matcher.Value["target"] is JsonArray targets && targets.Any(target => ApiCall.TextOf(target!) == name))
            .Select(static matcher => matcher.Key)];
        bool isBuiltin = _state.Collections.Find(list, name)?["origin"] is not null;
        if (users.Length > 0 && !isBuiltin)
        {
            throw new ApiFault(400, $"cannot delete '{name}', referenced by: {string.Join(", ", users)}") { WithoutNewline = true };
        }

        ApiReply reply = _collections.Handle(call);
        if (isBuiltin)
        {
            // Proxmox: what was there from the start comes back as it was.
            _state.Collections.Put(list, name, list == _matchers ? BuiltinMatcher(_state) : BuiltinEndpoint());
        }

        return reply;
    }
}
