using System.Text.Json;

namespace ProxSharp.Cli.Live;

/// <summary>Something that happened in a cluster.</summary>
/// <param name="Kind">A stable word: <c>task.started</c>, <c>guest.status</c>, ...</param>
/// <param name="Subject">What it happened to: a guest's number, a node, a storage, a task.</param>
/// <param name="Text">In words.</param>
/// <param name="Details">The members that go with the kind.</param>
internal sealed record Change(string Kind, string Subject, string Text, IReadOnlyDictionary<string, JsonElement> Details);
