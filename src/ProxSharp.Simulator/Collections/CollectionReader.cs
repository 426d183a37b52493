using System.Text.Json.Nodes;
using ProxSharp.Schema;
using ProxSharp.Simulator.Calls;
using ProxSharp.Simulator.Shapes;

namespace ProxSharp.Simulator.Collections;

/// <summary>Shows stored objects to handlers that add to the generic collections, and stores what calls bring.</summary>
internal sealed class CollectionReader(ShapeValues shapes, ProxmoxProduct product)
{
    private readonly ItemProjection _projection = new(shapes, product);

    /// <summary>The object as a result of the given shape.</summary>
    public JsonObject Project(JsonObject item, ApiNode shape, ApiCall call) => _projection.Project(item, shape, call.PathValues);

    /// <summary>Puts the parameters of a call into an object.</summary>
    public JsonObject Store(ApiCall call, JsonObject? present = null) => _projection.Store(call, present);

    /// <summary>Puts the parameters of a call into an object, but for those that say which object it is.</summary>
    public JsonObject Store(ApiCall call, JsonObject? present, params ReadOnlySpan<string> without)
    {
        JsonObject item = Store(call, present);
        foreach (string name in without)
        {
            item.Remove(name);
        }

        return item;
    }

    /// <summary>The digest of what is stored.</summary>
    public string Digest(JsonObject item) => _projection.Digest(item);

    /// <summary>The digest of a whole list.</summary>
    public string Digest(IEnumerable<JsonObject> items) =>
        _projection.Digest(new JsonObject { ["items"] = new JsonArray([.. items.Select(static item => (JsonNode)item.DeepClone())]) });
}
