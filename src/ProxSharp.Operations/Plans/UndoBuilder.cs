using System.Text.Json;
using ProxSharp.Api;
using ProxSharp.Http;
using ProxSharp.Operations.Text;
using ProxSharp.Schema;
using ProxSharp.Validation;

namespace ProxSharp.Operations.Plans;

/// <summary>Finds the calls that take a call back, with the values that were true before it.</summary>
internal sealed class UndoBuilder(ApiSchema schema)
{
    /// <summary>What was set gets the values that were there before.</summary>
    public const string RestoreBefore = "restore-before";

    /// <summary>What was made is removed.</summary>
    public const string DeleteCreated = "delete-created";

    private const string Machines = "/nodes/{node}/qemu";
    private const string Containers = "/nodes/{node}/lxc";
    private const int ReasonLength = 300;

    private static readonly HashSet<string> s_steering = new(StringComparer.Ordinal)
    {
        "digest", "delete", "revert", "force", "skiplock", "background_delay", "lock-token", "import-working-storage", RuleLists.Move,
    };

    // Proxmox Backup Server: declared as part of the answer, and left out of it.
    private static readonly HashSet<(string Path, string Name)> s_concealed = [("/config/metrics/influxdb-http/{name}", "token")];

    /// <summary>Why there is no way back although calls of this kind have one; null for no reason.</summary>
    public string? Obstacle { get; private set; }

    /// <summary>Tells whether a call loses data for good, if there is no way back from it.</summary>
    public static bool LosesData(ApiSchema schema, PlannedCall call) =>
        IsFinal(call) || call.LosesMore || OperationCatalogue.For(schema.Product).Find(call.Method, call.Path).Destroys(call.Weighed);

    public IEnumerable<PlannedCall> Build(PlannedCall call, IReadOnlyList<PlanTarget> targets)
    {
        if (IsFinal(call) || RuleLists.Moves(call) || Snapshots.IsBefore(call))
        {
            return [];
        }

        if (LostStates.Reason(call, targets) is { } lost)
        {
            Obstacle = lost;
            return [];
        }

        string? recipe = RecipeOf(schema, call);
        JsonElement before = Before(call, targets);
        PlanRequest? request = recipe switch
        {
            DeleteCreated when RuleLists.Of(schema, call) is not null => RuleLists.Remove(call),
            RestoreBefore when before.ValueKind == JsonValueKind.Object => Restore(call, before),
            "recreate" when IsBuiltIn(before) => Refill(call, before),
            // What goes with an object, such as its place in rules, does not come back with it.
            "recreate" when before.ValueKind == JsonValueKind.Object && !LosesData(schema, call) => Recreate(call, before),
            // What takes the place of something, or its name, has created nothing that could be deleted again.
            DeleteCreated when IsSet(call, "force") || call.Parameters.Find("rename") is not null => null,
            DeleteCreated => Remove(call),
            "migrate-back" => MigrateBack(call),
            not null when recipe.StartsWith("inverse:", StringComparison.Ordinal) => Inverse(call, recipe["inverse:".Length..]),
            _ => PoolMembers.Back(call),
        };
        if (request is null)
        {
            return [];
        }

        PlannedCall[] back = [.. Steps(call, request, recipe, targets).Select(step => PlannedCall.Of(schema, step))];
        return back.All(IsValid) ? back : [];
    }

    // What was made and started is stopped before it is removed; what high availability has started is stopped after it has let go of it.
    private static IEnumerable<PlanRequest> Steps(PlannedCall call, PlanRequest request, string? recipe, IReadOnlyList<PlanTarget> targets) =>
        recipe == "recreate" && RuleLists.IsOnRule(call) ? RuleLists.Recreate(call, request)
        : HaStarts.Back(call, targets) is { } power ? [request, power]
        : call.Path is Machines or Containers && recipe == DeleteCreated ? HaStarts.Release(call).Concat(Removal(call, request))
        : [request];

    private static PlanRequest[] Removal(PlannedCall call, PlanRequest request) =>
        call.Path == Machines && IsSet(call, "start") ? [new PlanRequest(ApiMethod.Post, $"{request.Path}/status/stop"), request] : [request];

    // What the API would refuse later is no way back now.
    private bool IsValid(PlannedCall back)
    {
        try
        {
            SchemaRules.Of(schema).Validator.Validate(schema.Find(back.Method, back.Path)!, back.Parameters);
            return true;
        }
        catch (ProxmoxValidationException e)
        {
            (string name, string what) = e.ParameterErrors.First();
            Obstacle = UntrustedText.Clean($"{back.Title} would be refused for '{name}': {Secrets.Redact(what, back.Parameters)}", ReasonLength);
            return false;
        }
    }

    /// <summary>What a call sets or deletes, by name.</summary>
    public static IEnumerable<string> Names(PlannedCall call) => call.Others.Select(static parameter => parameter.Name)
        .Where(static name => !s_steering.Contains(name))
        .Concat(ItemLists.Deleted(call.Others))
        .Distinct(StringComparer.Ordinal);

    /// <summary>
    /// What a call acts on as it is now: what its own path shows, and nothing else that it touches. Undefined if it cannot be read, or is no object.
    /// </summary>
    public static JsonElement Before(PlannedCall call, IEnumerable<PlanTarget> targets) => targets
        .Where(target => GuestNames.IsConfig(call) || !target.Key.StartsWith("guest ", StringComparison.Ordinal))
        .Select(static target => target.Before).LastOrDefault(static value => value.ValueKind == JsonValueKind.Object);

    /// <summary>How a call is taken back; null if it is not.</summary>
    public static string? RecipeOf(ApiSchema schema, PlannedCall call) => OperationCatalogue.For(schema.Product).Find(call.Method, call.Path).Undo;

    // Proxmox: what is taken from a guest becomes an unused volume first, and is destroyed when that is deleted or when it is forced.
    private static bool IsFinal(PlannedCall call)
    {
        string[] deleted =
        [
            .. call.Others.Where(static parameter => parameter.Name == "delete").SelectMany(static parameter => GuestNames.Split(parameter.Text)),
        ];
        return deleted.Any(IsUnused)
            || (deleted.Length > 0 && IsSet(call, "force"))
            || call.Others.Any(static parameter => IsUnused(parameter.Name))
            || (IsSet(call, "force") && NewGuests.MadeBy(call).Any());
    }

    private static bool IsUnused(string key) => key.StartsWith("unused", StringComparison.Ordinal);

    /// <summary>True if a switch is on.</summary>
    public static bool IsSet(PlannedCall call, string name) => call.Parameters.Find(name) is not (null or "" or "0" or "false" or "no" or "off");

    private PlanRequest? Restore(PlannedCall call, JsonElement before)
    {
        ApiParameters parameters = Keys(call);
        ApiEndpoint endpoint = schema.Find(call.Method, call.Path)!;
        bool deletes = endpoint.Parameters.TryGetValue("delete", out ApiNode? node);
        bool isWhole = WritesWhole(schema.Product, call);
        List<string> gone = [];
        foreach (string name in Names(call).Union(isWhole ? Others(call, before, endpoint) : [], StringComparer.Ordinal))
        {
            if (IsHidden(before, name) || IsNeverShown(call, before, name, mayBeOrder: false))
            {
                return Unreadable(name);
            }

            // Proxmox: what is set to nothing is another thing than what is not set: some texts then are an empty line.
            bool isUnset = deletes && before.Text(name) is "";
            if (isUnset || !Copy(parameters, before, name, endpoint.Parameters))
            {
                gone.Add(name);
            }
        }

        if (gone.Count > 0 && deletes)
        {
            if (node!.Type == ApiValueType.Array)
            {
                parameters.AddList("delete", gone);
            }
            else
            {
                parameters.Add("delete", string.Join(',', gone));
            }
        }

        bool isEmpty = gone.Count == 0 && parameters.Count == Keys(call).Count;
        return isEmpty || (gone.Count > 0 && !deletes && !isWhole) ? null : new PlanRequest(call.Method, call.ConcretePath, parameters);
    }

    /// <summary>Proxmox: true for calls that write the object as a whole, so that what they do not say is dropped; everywhere else it stays.</summary>
    public static bool WritesWhole(ProxmoxProduct product, PlannedCall call) => product == ProxmoxProduct.VirtualEnvironment && call.Method == ApiMethod.Put
        && (call.Path == "/nodes/{node}/dns" || call.Path.EndsWith("/ipset/{name}/{cidr}", StringComparison.Ordinal) || call.Path.EndsWith("/aliases/{name}", StringComparison.Ordinal));

    private static IEnumerable<string> Others(PlannedCall call, JsonElement before, ApiEndpoint endpoint) => endpoint.Parameters.Keys
        .Where(name => !s_steering.Contains(name) && !call.Path.Contains($"{{{name}}}", StringComparison.Ordinal) && before.Text(name) is not null);

    private PlanRequest? Recreate(PlannedCall call, JsonElement before)
    {
        int slash = call.Path.LastIndexOf('/');
        if (schema.Find(ApiMethod.Post, call.Path[..slash]) is not { } endpoint)
        {
            return null;
        }

        string id = call.Path[(slash + 1)..].Trim('{', '}');
        ApiParameters parameters = [];
        foreach (string name in Names(endpoint, before).Where(name => !endpoint.Path.Contains($"{{{name}}}", StringComparison.Ordinal) && name != "digest"))
        {
            if (name == id)
            {
                parameters.Add(id, call.Parameters.Find(id));
            }
            else if (!s_steering.Contains(name) && (IsHidden(before, name) || IsNeverShown(call, before, name, mayBeOrder: true)))
            {
                return Unreadable(name);
            }
            else
            {
                Copy(parameters, before, name, endpoint.Parameters);
            }
        }

        string path = call.ConcretePath;
        return new PlanRequest(ApiMethod.Post, path[..path.LastIndexOf('/')], parameters);
    }

    // Proxmox: what comes with the server is not gone after its removal, but is as it was delivered.
    private static bool IsBuiltIn(JsonElement before) => before.ValueKind == JsonValueKind.Object && before.Text("origin") is "builtin" or "modified-builtin";

    private PlanRequest? Refill(PlannedCall call, JsonElement before)
    {
        if (schema.Find(ApiMethod.Put, call.Path) is not { } endpoint)
        {
            return null;
        }

        ApiParameters parameters = [];
        foreach (string name in endpoint.Parameters.Keys.Where(name => !s_steering.Contains(name) && name != "digest" && !call.Path.Contains($"{{{name}}}", StringComparison.Ordinal)))
        {
            if (IsHidden(before, name) || IsNeverShown(call, before, name, mayBeOrder: true))
            {
                return Unreadable(name);
            }

            Copy(parameters, before, name, endpoint.Parameters);
        }

        return parameters.Count == 0 ? null : new PlanRequest(ApiMethod.Put, call.ConcretePath, parameters);
    }

    // What kind of object it is decides which parameters there are.
    private static IEnumerable<string> Names(ApiEndpoint endpoint, JsonElement before)
    {
        if (endpoint.Variants is not { } variants)
        {
            return endpoint.Parameters.Keys;
        }

        IEnumerable<string> own = before.Text(variants.By) is { } kind && variants.Parameters.TryGetValue(kind, out IReadOnlyDictionary<string, ApiNode>? all)
            ? all.Keys
            : [];
        return endpoint.Parameters.Keys.Append(variants.By).Concat(own).Distinct(StringComparer.Ordinal);
    }

    private PlanRequest? Remove(PlannedCall call)
    {
        if (call.Path.EndsWith("/clone", StringComparison.Ordinal))
        {
            string type = call.Path.Contains("/qemu/", StringComparison.Ordinal) ? "qemu" : "lxc";
            string node = call.Parameters.Find("target") ?? call.Parameters.Find("node")!;
            return new PlanRequest(ApiMethod.Delete, $"/nodes/{node}/{type}/{call.Parameters.Find("newid")}");
        }

        foreach (ApiParameter parameter in call.Others)
        {
            if (schema.Find(ApiMethod.Delete, $"{call.Path}/{{{parameter.Name}}}") is { } removal)
            {
                ApiParameters parameters = Alone(Keys(call), removal);
                if (call.Path == Containers && IsSet(call, "start"))
                {
                    // Proxmox: a container that runs is removed by force alone, and one that does not is not stopped.
                    parameters.Add("force", true);
                }

                return new PlanRequest(ApiMethod.Delete, $"{call.ConcretePath}/{Uri.EscapeDataString(parameter.Text)}", parameters);
            }
        }

        return null;
    }

    // What was made goes, and not what others have built on it, which would go with it by default.
    private ApiParameters Alone(ApiParameters parameters, ApiEndpoint removal)
    {
        foreach (ClassRaise raise in OperationCatalogue.For(schema.Product).Find(removal.Method, removal.Path).Raises.Where(static raise => raise.IsDefault))
        {
            parameters.Add(raise.Parameter, raise.Switch == false);
        }

        return parameters;
    }

    private static PlanRequest? MigrateBack(PlannedCall call)
    {
        if (call.Parameters.Find("target") is not { } target)
        {
            return null;
        }

        ApiParameters parameters = new() { { "target", call.Parameters.Find("node") } };
        foreach (ApiParameter parameter in call.Others.Where(static parameter => parameter.Name is "online" or "restart" or "with-local-disks"))
        {
            parameters.Add(parameter);
        }

        string from = $"/nodes/{Uri.EscapeDataString(call.Parameters.Find("node")!)}/";
        return new PlanRequest(ApiMethod.Post, $"/nodes/{Uri.EscapeDataString(target)}/{call.ConcretePath[from.Length..]}", parameters);
    }

    private static PlanRequest? Inverse(PlannedCall call, string inverse)
    {
        int space = inverse.IndexOf(' ', StringComparison.Ordinal);
        return ApiMethods.TryParse(inverse[..space], out ApiMethod method)
            ? new PlanRequest(method, new PlannedCall(method, inverse[(space + 1)..], call.Parameters, call.Set).ConcretePath)
            : null;
    }

    /// <summary>What names a backup: it stands beside the path, and is not to be restored but repeated. The namespace of a job is a setting of it.</summary>
    public static ApiParameters Keys(PlannedCall call)
    {
        ApiParameters keys = [];
        bool isBackup = call.Path.StartsWith("/admin/datastore/", StringComparison.Ordinal);
        foreach (ApiParameter parameter in call.Others.Where(parameter => isBackup && parameter.Name is ("ns" or "backup-type" or "backup-id" or "backup-time")))
        {
            keys.Add(parameter);
        }

        return keys;
    }

    // Proxmox: a password is answered as asterisks. To write those back would make them the password.
    private static bool IsHidden(JsonElement before, string name) => before.Text(name) is { Length: > 4 } value && value.All(static sign => sign == '*');

    private PlanRequest? Unreadable(string name)
    {
        Obstacle = $"the server does not show what '{name}' was";
        return null;
    }

    // What the server shows to nobody is not unset because it is not there. Where the answer is declared, it says which those are; elsewhere secrets are.
    private bool IsNeverShown(PlannedCall call, JsonElement before, string name, bool mayBeOrder)
    {
        if (s_concealed.Contains((call.Path, name)))
        {
            return before.Text(name) is null;
        }

        ApiNode? shown = schema.Find(ApiMethod.Get, call.Path)?.Returns;
        bool isDeclared = shown is { Properties.Count: > 0, AllowsExtra: false, Alternatives.Count: 0 };
        return before.Text(name) is null
            && !(isDeclared && new MemberTable(shown!.Properties).Find(name) >= 0)
            && ((isDeclared && !mayBeOrder) || ReviewedParameter.IsSecret(call.Path, name));
    }

    private static bool Copy(ApiParameters parameters, JsonElement before, string name, IReadOnlyDictionary<string, ApiNode> nodes)
    {
        if (parameters.Find(name) is not null)
        {
            return true;
        }

        if (!before.TryGetProperty(name, out JsonElement value) || value.ValueKind == JsonValueKind.Null)
        {
            return false;
        }

        switch (value.ValueKind)
        {
            case JsonValueKind.True or JsonValueKind.False:
                parameters.Add(name, value.GetBoolean());
                break;
            case JsonValueKind.Array when !nodes.TryGetValue(name, out ApiNode? node) || node.Type == ApiValueType.Array:
                parameters.AddList(name, value.EnumerateArray().Select(static item => item.ToString()));
                break;
            default:
                parameters.Add(name, JsonTexts.Written(value));
                break;
        }

        return true;
    }
}
