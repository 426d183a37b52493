using ProxSharp.CodeGen.Docs;
using ProxSharp.CodeGen.Model;
using ProxSharp.CodeGen.Output;
using ProxSharp.CodeGen.Schema;

namespace ProxSharp.CodeGen.Tests;

/// <summary>The generator on the repository's own inputs.</summary>
public sealed class RepositoryTests
{
    private const double LeastCoverage = 95;

    private static readonly string s_repository = SchemaFiles.FindRepository(AppContext.BaseDirectory);

    public static TheoryData<string> Products() => [.. Product.All.Select(static product => product.Prefix)];

    [Theory]
    [MemberData(nameof(Products))]
    public void Generate_Twice_GivesTheSameFilesAsOnDisk(string prefix)
    {
        Product product = Product.All.Single(candidate => candidate.Prefix == prefix);

        IReadOnlyList<GeneratedFiles> first = new ProductGenerator(s_repository, product).Generate();
        IReadOnlyList<GeneratedFiles> second = new ProductGenerator(s_repository, product).Generate();

        Assert.Equal(first.Select(static files => files.Files), second.Select(static files => files.Files));
        Assert.All(first, static files => Assert.Empty(files.Differences()));
        Assert.All(first.SelectMany(static files => files.Files.Values), static content => Assert.DoesNotContain('\r', content));
    }

    [Theory]
    [MemberData(nameof(Products))]
    public void Glossary_Coverage_IsHighEnough(string prefix)
    {
        ProductGenerator generator = new(s_repository, Product.All.Single(candidate => candidate.Prefix == prefix));

        foreach (Coverage coverage in Coverage.Measure(generator.Schema, generator.Model, generator.Glossary))
        {
            Assert.True(coverage.Percent >= LeastCoverage, $"{coverage.What}: {coverage.Percent:0.0} %, missing {string.Join(", ", coverage.Missing.Take(10))}");
        }
    }

    [Theory]
    [MemberData(nameof(Products))]
    public void Model_TypeNames_AreUnique(string prefix)
    {
        ApiModel model = new ProductGenerator(s_repository, Product.All.Single(candidate => candidate.Prefix == prefix)).Model;
        List<string> names =
        [
            .. model.Groups.Select(static group => group.Name),
            .. model.Groups.SelectMany(static group => group.Methods).Select(static method => method.Request?.Name).OfType<string>(),
            .. model.Classes.Select(static item => item.Name),
            .. model.Words.Select(static item => item.Name),
            .. model.PropertyStrings.Select(static item => item.Name),
        ];

        Assert.Equal(names.Count, names.Distinct(StringComparer.OrdinalIgnoreCase).Count());
    }
}
