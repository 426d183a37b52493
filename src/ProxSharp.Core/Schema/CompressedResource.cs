using System.IO.Compression;
using System.Reflection;

namespace ProxSharp.Schema;

/// <summary>Data that ships compressed inside an assembly; the build packs it (<c>CompressedResource</c> in the project files).</summary>
internal static class CompressedResource
{
    /// <summary>Returns the resource's bytes as they were before the build packed them.</summary>
    /// <param name="assembly">The assembly that carries it.</param>
    /// <param name="name">Its logical name, without <c>.gz</c>.</param>
    /// <exception cref="InvalidOperationException">The assembly was built without it.</exception>
    public static byte[] Read(Assembly assembly, string name)
    {
        using Stream packed = assembly.GetManifestResourceStream(name + ".gz")
            ?? throw new InvalidOperationException($"'{name}' is missing from {assembly.GetName().Name}.");
        using GZipStream content = new(packed, CompressionMode.Decompress);
        using MemoryStream unpacked = new();
        content.CopyTo(unpacked);
        return unpacked.ToArray();
    }
}
