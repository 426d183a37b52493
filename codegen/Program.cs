using ProxSharp.CodeGen;
using ProxSharp.CodeGen.Output;
using ProxSharp.CodeGen.Schema;

// Usage: dotnet run --project codegen [-- --check]
if (args is not ([] or ["--check"]))
{
    Console.Error.WriteLine("Usage: dotnet run --project codegen [-- --check]");
    return 2;
}

string repository = SchemaFiles.FindRepository(Environment.CurrentDirectory);
bool check = args is ["--check"];
int differing = 0;
foreach (Product product in Product.All)
{
    GeneratedFiles files = ProductGenerator.Generate(repository, product);
    if (check)
    {
        foreach (string path in files.Differences())
        {
            Console.WriteLine($"differs: {product.Folder}/{path}");
            differing++;
        }
    }
    else
    {
        Console.WriteLine($"{product.Title}: {files.Files.Count} files, {files.Write()} changed");
    }
}

if (differing > 0)
{
    Console.WriteLine("The generated code is not current: run 'dotnet run --project codegen' and commit the result.");
}

return differing > 0 ? 1 : 0;
