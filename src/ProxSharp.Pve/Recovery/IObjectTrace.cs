using System.Text.Json;
using ProxSharp.Api;

namespace ProxSharp.Pve.Recovery;

/// <summary>The object that a lost call was about, and what its state says about the call.</summary>
internal interface IObjectTrace
{
    /// <summary>The path that the object is read by.</summary>
    string Path { get; }

    /// <summary>What the path needs beside itself; null for nothing.</summary>
    ApiParameters? Query { get; }

    /// <summary>Judges the call by the object.</summary>
    /// <param name="data">The object as the server shows it; null if there is none.</param>
    RecoveryResult Judge(JsonElement? data);
}
