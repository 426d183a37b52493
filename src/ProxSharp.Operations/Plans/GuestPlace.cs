using System.Text.Json;

namespace ProxSharp.Operations.Plans;

/// <summary>Where a guest is, as the cluster says.</summary>
internal sealed record GuestPlace(string Vmid, string Type, string Node, JsonElement Resource);
