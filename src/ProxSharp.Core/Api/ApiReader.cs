using ProxSharp.Json;

namespace ProxSharp.Api;

/// <summary>Reads a result. The reader stands on the first token of the value and must be left on its last.</summary>
/// <typeparam name="T">The result's type.</typeparam>
public delegate T ApiReader<out T>(ref ApiJsonReader reader);
