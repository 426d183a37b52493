using System.Text.Json.Nodes;
using ProxSharp.Operations.Ledgers;

namespace ProxSharp.Mcp.Tools;

/// <summary>An entry of a ledger, and how it is told.</summary>
/// <param name="Entry">The entry.</param>
/// <param name="Row">The row.</param>
internal sealed record AuditRow(LedgerEntry Entry, JsonObject Row);
