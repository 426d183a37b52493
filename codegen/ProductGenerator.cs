using System.Text;
using System.Text.Json.Nodes;
using ProxSharp.CodeGen.Docs;
using ProxSharp.CodeGen.Emit;
using ProxSharp.CodeGen.Model;
using ProxSharp.CodeGen.Naming;
using ProxSharp.CodeGen.Output;
using ProxSharp.CodeGen.Schema;
using ProxSharp.Schema;

namespace ProxSharp.CodeGen;

/// <summary>Makes all files of one product.</summary>
internal sealed class ProductGenerator
{
    private readonly string _repository;
    private readonly Product _product;
    private readonly NameTable _names;
    private readonly string _schemaText;
    private readonly DomainTable _domain;

    /// <summary>Reads the inputs of a product from a repository.</summary>
    public ProductGenerator(string repository, Product product)
    {
        (_repository, _product) = (repository, product);
        JsonObject schema = SchemaFiles.ReadObject(repository, $"{product.Key}.json");
        JsonObject overrides = SchemaFiles.ReadObject(repository, $"overrides/{product.Key}.json");
        _schemaText = SchemaFiles.Write(SchemaMerger.Merge(schema, overrides));
        _names = new NameTable(SchemaFiles.ReadObject(repository, "overrides/names.json"), product.Key, overrides);
        Schema = ApiSchemaReader.Read(Encoding.UTF8.GetBytes(_schemaText));
        Glossary = new Glossary(SchemaFiles.ReadObject(repository, "glossary.json"), product.Key);
        Model = ApiModelBuilder.Build(product, Schema, _names, overrides);
        _domain = new DomainTable(SchemaFiles.ReadObject(repository, "overrides/domain.json"), product.Key);
    }

    private DocWriter Docs => new(Glossary, _names.Words);

    /// <summary>The merged schema.</summary>
    public ApiSchema Schema { get; }

    /// <summary>The meanings of names.</summary>
    public Glossary Glossary { get; }

    /// <summary>What is generated.</summary>
    public ApiModel Model { get; }

    /// <summary>Returns the files of both layers.</summary>
    public IReadOnlyList<GeneratedFiles> Generate() => _domain.Scopes.Count == 0 ? [GenerateApi()] : [GenerateApi(), GenerateDomain()];

    private GeneratedFiles GenerateApi()
    {
        GeneratedFiles files = new(_repository, _product.Folder);
        files.Add($"{_product.Key}.schema.json", _schemaText);
        files.Add($"{_product.Prefix}ApiSchema.g.cs", SchemaClassEmitter.Emit(_product));
        new ApiEmitter(Model, Docs, _names.Words).Emit(files);
        return files;
    }

    private GeneratedFiles GenerateDomain()
    {
        GeneratedFiles files = new(_repository, _product.DomainFolder);
        new DomainEmitter(_product, Docs).Emit(files, new DomainBuilder(Model, _domain).Build());
        return files;
    }
}
