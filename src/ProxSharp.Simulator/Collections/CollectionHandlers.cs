using System.Globalization;
using System.Text.Json.Nodes;
using ProxSharp.Api;
using ProxSharp.Schema;
using ProxSharp.Simulator.Calls;
using ProxSharp.Simulator.Pbs;
using ProxSharp.Simulator.Shapes;
using ProxSharp.Simulator.State;

namespace ProxSharp.Simulator.Collections;

/// <summary>Keeps the objects of every family that has no handlers of its own.</summary>
internal sealed class CollectionHandlers
{

    private readonly ServerState _state;
    private readonly ShapeValues _shapes;
    private readonly ItemProjection _projection;
    private readonly Dictionary<ApiEndpoint, ApiHandler> _handlers = new(ReferenceEqualityComparer.Instance);
    private readonly Dictionary<string, CollectionFamily> _byParent = new(StringComparer.Ordinal);

    public CollectionHandlers(ServerState state, ShapeValues shapes)
    {
        (_state, _shapes) = (state, shapes);
        _projection = new ItemProjection(shapes, state.Schema.Product);
        CollectionFamily[] families = [.. CollectionFamily.Find(state.Schema)];
        foreach (CollectionFamily family in families)
        {
            _byParent[family.Parent] = family;
        }

        foreach (CollectionFamily family in families)
        {
            Register(family);
        }

        foreach (ApiEndpoint endpoint in state.Schema.Endpoints.Where(static endpoint => endpoint.Method == ApiMethod.Put && !endpoint.Path.EndsWith('}')))
        {
            RegisterSettings(endpoint);
        }
    }

    public ApiHandler? Find(ApiEndpoint endpoint) => _handlers.GetValueOrDefault(endpoint);

    /// <summary>The family whose objects are listed at a path; null if there is none.</summary>
    public CollectionFamily? FamilyAt(string template) => _byParent.GetValueOrDefault(template);

    private void Register(CollectionFamily family)
    {
        Add(ApiMethod.Get, family.Parent, static endpoint => endpoint.Returns.Type == ApiValueType.Array, call => List(family, call));
        Add(ApiMethod.Post, family.Parent, endpoint => endpoint.Parameters.ContainsKey(family.Key), call => Create(family, call));
        Add(ApiMethod.Delete, family.Item, static _ => true, call => Delete(family, call));
        Add(ApiMethod.Put, family.Item, static _ => true, call => Update(family, call));
        if (!_byParent.ContainsKey(family.Item))
        {
            Add(ApiMethod.Get, family.Item, static endpoint => endpoint.Returns.Type is ApiValueType.Object or ApiValueType.Any or ApiValueType.Null,
                call => Get(family, call));
            Add(ApiMethod.Post, family.Item, static _ => true, call => Create(family, call));
        }
    }

    private void Add(ApiMethod method, string template, Func<ApiEndpoint, bool> fits, ApiHandler handler)
    {
        if (_state.Schema.Find(method, template) is { Task: ApiTaskKind.None } endpoint && fits(endpoint))
        {
            _handlers[endpoint] = handler;
        }
    }

    private static string ParentPath(CollectionFamily family, ApiCall call) =>
        call.Endpoint.Path == family.Parent ? call.Path.TrimEnd('/') : call.Path[..(call.Path.Length - call.PathValues[family.Key].Length - 1)];

    private ApiReply List(CollectionFamily family, ApiCall call)
    {
        string path = ParentPath(family, call);
        DemandContainer(family, call);
        ApiNode shape = call.Endpoint.Returns.Items ?? new ApiNode { Type = ApiValueType.Object };
        JsonArray list = [];
        int position = 0;
        foreach ((string id, JsonObject item) in _state.Collections.Items(path))
        {
            if (_state.CollectionRules?.Shows(call, family.Parent, id, item) == false)
            {
                continue;
            }

            list.Add((JsonNode)Shown(family, family.IsOrdered ? position.ToString(CultureInfo.InvariantCulture) : id, item, shape, call));
            position++;
        }

        return Reply(list, new JsonObject { ["items"] = list.DeepClone() });
    }

    private ApiReply Get(CollectionFamily family, ApiCall call)
    {
        string id = call.PathValues[family.Key];
        JsonObject item = Demand(family, call, id);
        _state.CollectionRules?.DemandRead(call, family.Parent, id, item);
        return Reply(Shown(family, id, item, call.Endpoint.Returns, call), item);
    }

    private ApiReply Reply(JsonNode data, JsonObject digested) => _state.Schema.Product == ProxmoxProduct.BackupServer
        ? new ApiReply { Data = data, Siblings = new JsonObject { ["digest"] = _projection.Digest(digested) } }
        : ApiReply.Of(data);

    private JsonObject Shown(CollectionFamily family, string id, JsonObject item, ApiNode shape, ApiCall call)
    {
        JsonObject named = item.DeepClone().AsObject();
        ApiNode key = shape.Properties.GetValueOrDefault(family.Key) ?? new ApiNode { Type = family.IsOrdered ? ApiValueType.Integer : ApiValueType.String };
        named[family.Key] = _shapes.Typed(key, id);
        JsonObject shown = _projection.Project(named, shape, call.PathValues);
        if (_state.Schema.Product == ProxmoxProduct.VirtualEnvironment)
        {
            CollectionFacts.Complete(family, item, shown);
            if (family.Parent == "/cluster/ha/rules")
            {
                // Proxmox: rules are told with their place in the file.
                shown["order"] = _state.Collections.Items(ParentPath(family, call)).Keys.TakeWhile(known => known != id).Count() + 1;
            }
        }
        else if (family.Parent.StartsWith("/config/notifications/", StringComparison.Ordinal))
        {
            shown["origin"] ??= "user-created";
        }

        if (shown.ContainsKey("digest"))
        {
            // That of what is stored, which changes are checked against.
            shown["digest"] = _projection.Digest(item);
        }

        return shown;
    }

    private ApiReply Create(CollectionFamily family, ApiCall call)
    {
        string path = ParentPath(family, call);
        DemandContainer(family, call);
        JsonObject item = _projection.Store(call);
        if (family.IsOrdered)
        {
            Insert(path, (int)(call.Integer("pos") ?? 0), item);
            return ApiReply.Nothing;
        }

        _state.CollectionRules?.DemandWrite(call, family.Parent, call.Text(family.Key) ?? "", item);
        string id = call.Text(family.Key) ?? string.Create(CultureInfo.InvariantCulture, $"{family.Noun}-{_state.Random.NextInt64():x16}")[..16];
        if (_state.Collections.Find(path, id) is not null)
        {
            throw CollectionTexts.Duplicate(_state.Schema.Product, family, id);
        }

        _state.CollectionRules?.DemandKnown(family.Parent, item);
        item.Remove(family.Key);
        _state.Collections.Put(path, id, item);
        return Created(call, id, family);
    }

    private ApiReply Created(ApiCall call, string id, CollectionFamily family) => call.Endpoint.Returns.Type switch
    {
        ApiValueType.Null or ApiValueType.Any => ApiReply.Nothing,
        _ => ApiReply.Of(_shapes.Create(call.Endpoint.Returns, null,
            new Dictionary<string, string>(call.PathValues, StringComparer.Ordinal) { [family.Key] = id })),
    };

    // Proxmox: new rules go to the top unless a place is asked for.
    private void Insert(string path, int position, JsonObject item)
    {
        List<JsonObject> items = [.. _state.Collections.Items(path).Values];
        items.Insert(Math.Clamp(position, 0, items.Count), item);
        Renumber(path, items);
    }

    private void Renumber(string path, List<JsonObject> items)
    {
        foreach (string id in _state.Collections.Items(path).Keys.ToArray())
        {
            _state.Collections.Remove(path, id);
        }

        for (int i = 0; i < items.Count; i++)
        {
            _state.Collections.Put(path, i.ToString(CultureInfo.InvariantCulture), items[i]);
        }
    }

    private ApiReply Update(CollectionFamily family, ApiCall call)
    {
        string id = call.PathValues[family.Key];
        JsonObject item = Demand(family, call, id);
        _state.CollectionRules?.DemandWrite(call, family.Parent, id, item);
        DemandDigest(call, item);
        if (family.IsOrdered && call.Integer("moveto") is { } target)
        {
            string path = ParentPath(family, call);
            List<JsonObject> items = [.. _state.Collections.Items(path).Values];
            items.Remove(item);
            items.Insert((int)Math.Clamp(target > long.Parse(id, CultureInfo.InvariantCulture) ? target - 1 : target, 0, items.Count), item);
            Renumber(path, items);
            return ApiReply.Nothing;
        }

        JsonObject changed = _projection.Store(call, family.IsWhole ? [] : item.DeepClone().AsObject());
        _state.CollectionRules?.DemandWrite(call, family.Parent, id, changed);
        _state.CollectionRules?.DemandKnown(family.Parent, changed);
        if (family.IsWhole)
        {
            item.Clear();
        }

        _projection.Store(call, item);
        return Created(call, id, family);
    }

    private ApiReply Delete(CollectionFamily family, ApiCall call)
    {
        string path = ParentPath(family, call);
        string id = call.PathValues[family.Key];
        JsonObject item = Demand(family, call, id);
        _state.CollectionRules?.DemandWrite(call, family.Parent, id, item);
        DemandDigest(call, item);
        _state.CollectionRules?.DemandUnused(family.Parent, id);
        if (_state.Collections.Items($"{path}/{id}").Count > 0 && family.Noun == "ipset" && !call.IsSet("force"))
        {
            throw ApiFault.Failed($"IPSet '{id}' is not empty");
        }

        _state.Collections.Remove(path, id);
        if (family.IsOrdered)
        {
            Renumber(path, [.. _state.Collections.Items(path).Values]);
        }

        return ApiReply.Nothing;
    }

    private JsonObject Demand(CollectionFamily family, ApiCall call, string id) =>
        _state.Collections.Find(ParentPath(family, call), id) ?? throw CollectionTexts.Missing(_state.Schema.Product, family, call.Endpoint.Method, id);

    /// <summary>Fails if the list itself is an object of another family that does not exist, such as the entries of an unknown IP set.</summary>
    private void DemandContainer(CollectionFamily family, ApiCall call)
    {
        CollectionFamily? outer = _byParent.Values.FirstOrDefault(candidate => candidate.Item == family.Parent);
        if (outer is null || outer.Parent == "/nodes")
        {
            return;
        }

        string id = call.PathValues[outer.Key];
        string path = ParentPath(family, call);
        if (_state.Collections.Find(path[..(path.Length - id.Length - 1)], id) is null)
        {
            throw CollectionTexts.Missing(_state.Schema.Product, outer, call.Endpoint.Method, id);
        }
    }

    private void DemandDigest(ApiCall call, JsonObject item)
    {
        if (call.Text("digest") is { } digest && digest != _projection.Digest(item))
        {
            throw new ApiFault(_state.Schema.Product == ProxmoxProduct.BackupServer ? 400 : 500, ApiFault.ConfigurationChanged);
        }
    }

    private void RegisterSettings(ApiEndpoint put)
    {
        if (put.Task != ApiTaskKind.None || _state.Schema.Find(ApiMethod.Get, put.Path) is not { Returns.Type: ApiValueType.Object or ApiValueType.Any } get)
        {
            return;
        }

        _handlers[get] = call =>
        {
            JsonObject settings = _state.Collections.Settings(call.Path);
            if (settings.Count == 0 && call.Endpoint.Path == PbsDigests.WebAuthn)
            {
                return ApiReply.Nothing;
            }

            return Reply(_projection.Project(settings, call.Endpoint.Returns, call.PathValues), settings);
        };
        _handlers[put] = call =>
        {
            JsonObject settings = _state.Collections.Settings(call.Path);
            DemandDigest(call, settings);
            _projection.Store(call, settings);
            return call.Endpoint.Returns.Type is ApiValueType.Null or ApiValueType.Any
                ? ApiReply.Nothing
                : ApiReply.Of(_shapes.Create(call.Endpoint.Returns, null, call.PathValues));
        };
    }
}
