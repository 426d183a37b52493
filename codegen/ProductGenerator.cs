using System.Text.Json.Nodes;
using ProxSharp.CodeGen.Emit;
using ProxSharp.CodeGen.Output;
using ProxSharp.CodeGen.Schema;

namespace ProxSharp.CodeGen;

/// <summary>Makes all files of one product.</summary>
internal static class ProductGenerator
{
    /// <summary>Reads the inputs from a repository and returns the files.</summary>
    public static GeneratedFiles Generate(string repository, Product product)
    {
        JsonObject schema = SchemaFiles.ReadObject(repository, $"{product.Key}.json");
        JsonObject overrides = SchemaFiles.ReadObject(repository, $"overrides/{product.Key}.json");
        JsonObject merged = SchemaMerger.Merge(schema, overrides);
        GeneratedFiles files = new(Path.Combine(repository, product.Folder));
        files.Add($"{product.Key}.schema.json", SchemaFiles.Write(merged));
        files.Add($"{product.Prefix}ApiSchema.g.cs", SchemaClassEmitter.Emit(product));
        return files;
    }
}
