using System.Globalization;
using ProxSharp.CodeGen;
using ProxSharp.CodeGen.Docs;
using ProxSharp.CodeGen.Output;
using ProxSharp.CodeGen.Schema;

// Usage: dotnet run --project codegen [-- --check | --coverage]
if (args is not ([] or ["--check"] or ["--coverage"]))
{
    Console.Error.WriteLine("Usage: dotnet run --project codegen [-- --check | --coverage]");
    return 2;
}

string repository = SchemaFiles.FindRepository(Environment.CurrentDirectory);
int differing = 0;
foreach (Product product in Product.All)
{
    ProductGenerator generator = new(repository, product);
    if (args is ["--coverage"])
    {
        foreach (Coverage coverage in Coverage.Measure(generator.Schema, generator.Model, generator.Glossary))
        {
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{product.Title}: {coverage.What} {coverage.Explained} of {coverage.Total} ({coverage.Percent:0.0} %)"));
        }

        continue;
    }

    foreach (GeneratedFiles files in generator.Generate())
    {
        if (args is [])
        {
            Console.WriteLine($"{files.Folder}: {files.Files.Count} files, {files.Write()} changed");
            continue;
        }

        foreach (string path in files.Differences())
        {
            Console.WriteLine($"differs: {files.Folder}/{path}");
            differing++;
        }
    }
}

if (differing > 0)
{
    Console.WriteLine("The generated code is not current: run 'dotnet run --project codegen' and commit the result.");
}

return differing > 0 ? 1 : 0;
