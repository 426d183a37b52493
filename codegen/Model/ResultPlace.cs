namespace ProxSharp.CodeGen.Model;

/// <summary>A place in a result.</summary>
/// <param name="Words">The words that name it.</param>
/// <param name="Endpoint">Verb and path of the endpoint.</param>
/// <param name="Path">The path.</param>
/// <param name="File">The key of the file for types that are first met here.</param>
internal sealed record ResultPlace(IReadOnlyList<string> Words, string Endpoint, string Path, string File);
