using System.Text.Json.Nodes;
using ProxSharp.Simulator.Calls;

namespace ProxSharp.Simulator.Collections;

/// <summary>What a server checks about the objects of its collections beyond what its schema says.</summary>
internal interface ICollectionRules
{
    /// <summary>Whether an object is shown to the caller.</summary>
    /// <param name="call">The call.</param>
    /// <param name="parent">The path of the list, for example <c>/config/sync</c>.</param>
    /// <param name="id">The object's id.</param>
    /// <param name="item">The object.</param>
    bool Shows(ApiCall call, string parent, string id, JsonObject item);

    /// <summary>Fails if the caller may not read a single object.</summary>
    /// <param name="call">The call.</param>
    /// <param name="parent">The path of the list.</param>
    /// <param name="id">The object's id.</param>
    /// <param name="item">The object.</param>
    /// <exception cref="ApiFault">It may not (403).</exception>
    void DemandRead(ApiCall call, string parent, string id, JsonObject item);

    /// <summary>Fails if the caller may not have the object as it is: asked before it is made, changed or removed, and with what a change makes of it.</summary>
    /// <param name="call">The call.</param>
    /// <param name="parent">The path of the list.</param>
    /// <param name="id">The object's id.</param>
    /// <param name="item">The object.</param>
    /// <exception cref="ApiFault">It may not (403), or the object makes no sense (400).</exception>
    void DemandWrite(ApiCall call, string parent, string id, JsonObject item);

    /// <summary>Fails if an object that is about to be stored names what the server does not have.</summary>
    /// <param name="parent">The path of the list.</param>
    /// <param name="item">The object as it will be.</param>
    /// <exception cref="ApiFault">It names such a thing (400).</exception>
    void DemandKnown(string parent, JsonObject item);

    /// <summary>Fails if an object cannot be removed because another one needs it.</summary>
    /// <param name="parent">The path of the list.</param>
    /// <param name="id">The object's id.</param>
    /// <exception cref="ApiFault">Another one does (400).</exception>
    void DemandUnused(string parent, string id);
}
