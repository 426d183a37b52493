using System.Reflection;

namespace ProxSharp.Architecture.Tests;

/// <summary>Conventions that are read from the built assemblies.</summary>
public sealed class ReflectionConventionTests
{
    private static readonly string[] s_libraries =
    [
        "ProxSharp.Core", "ProxSharp.Backup.Formats", "ProxSharp.Pve.Api", "ProxSharp.Pbs.Api", "ProxSharp.Pve", "ProxSharp.Pbs",
        "ProxSharp.Backup", "ProxSharp.Extensions.DependencyInjection", "ProxSharp.Simulator",
    ];

    public static TheoryData<string> Libraries() => [.. s_libraries.Where(static name => File.Exists(Path.Combine(AppContext.BaseDirectory, name + ".dll")))];

    [Theory]
    [MemberData(nameof(Libraries))]
    public void MessageHandlers_OverrideBothSendAndSendAsync(string library)
    {
        // A handler that overrides only one of the two is silently skipped by the other.
        IEnumerable<string> faulty = Load(library).GetTypes()
            .Where(static type => typeof(HttpMessageHandler).IsAssignableFrom(type) && !type.IsAbstract)
            .Where(static type => !Overrides(type, "Send") || !Overrides(type, "SendAsync"))
            .Select(static type => type.FullName!);
        Assert.Empty(faulty);
    }

    [Theory]
    [MemberData(nameof(Libraries))]
    public void PublicClasses_AreSealedAbstractOrStatic(string library)
    {
        IEnumerable<string> open = Load(library).GetExportedTypes()
            .Where(static type => type.IsClass && !type.IsSealed && !type.IsAbstract && !IsMeantAsBase(type))
            .Select(static type => type.FullName!);
        Assert.Empty(open);
    }

    [Theory]
    [MemberData(nameof(Libraries))]
    public void AsyncMethods_EndInAsyncAndTakeACancellationToken(string library)
    {
        IEnumerable<string> faulty = Load(library).GetExportedTypes()
            .SelectMany(static type => type.GetMethods(BindingFlags.Public | BindingFlags.Instance | BindingFlags.Static | BindingFlags.DeclaredOnly))
            .Where(static method => typeof(Task).IsAssignableFrom(method.ReturnType) && !method.IsSpecialName && method.GetBaseDefinition().DeclaringType == method.DeclaringType)
            .Where(static method => !method.Name.EndsWith("Async", StringComparison.Ordinal) || method.GetParameters().LastOrDefault()?.ParameterType != typeof(CancellationToken))
            .Select(static method => $"{method.DeclaringType!.FullName}.{method.Name}");
        Assert.Empty(faulty);
    }

    private static Assembly Load(string library) => Assembly.LoadFrom(Path.Combine(AppContext.BaseDirectory, library + ".dll"));

    // The base of an exception family may itself be thrown.
    private static bool IsMeantAsBase(Type type) => typeof(Exception).IsAssignableFrom(type);

    private static bool Overrides(Type type, string method)
    {
        MethodInfo? found = type.GetMethods(BindingFlags.Instance | BindingFlags.NonPublic | BindingFlags.Public)
            .FirstOrDefault(candidate => candidate.Name == method && candidate.GetParameters().Length == 2);
        return found is not null && found.DeclaringType != typeof(HttpMessageHandler) && found.DeclaringType != typeof(DelegatingHandler);
    }
}
