using System.Reflection;
using System.Runtime.CompilerServices;
using ProxSharp.Api;

namespace ProxSharp.Pbs.Tests.Domain;

/// <summary>A method of the domain layer that does nothing but call an endpoint, with its synchronous twin and the way to its object.</summary>
internal sealed record DomainCall(string Name, Func<PbsClient, object> Target, MethodInfo Async, MethodInfo Sync)
{
    private const string Suffix = "Async";
    private static readonly Assembly s_assembly = typeof(PbsClient).Assembly;

    /// <summary>All of them, found by walking from the client over properties and indexers.</summary>
    public static IReadOnlyDictionary<string, DomainCall> All { get; } = Walk().ToDictionary(static call => call.Name, StringComparer.Ordinal);

    /// <summary>Calls one of the two with sample arguments.</summary>
    public async Task<object?> InvokeAsync(PbsClient client, bool sync)
    {
        MethodInfo method = sync ? Sync : Async;
        object? result = method.Invoke(Target(client), BindingFlags.DoNotWrapExceptions, null, [.. method.GetParameters().Select(Argument)], null);
        if (sync)
        {
            return result;
        }

        await (Task)result!;
        return Sync.ReturnType == typeof(void) ? null : result.GetType().GetProperty("Result")!.GetValue(result);
    }

    /// <summary>What a server answers so that the result can be read.</summary>
    public string Answer => Sync.ReturnType switch
    {
        Type type when type == typeof(PbsTask) => $"\"{StubPbs.TaskId.Replace(@"\", @"\\", StringComparison.Ordinal)}\"",
        Type type when type == typeof(string) => "\"text\"",
        Type type when type == typeof(AccessControl.NewApiToken) => """{"tokenid":"a@pbs!t","value":"s"}""",
        _ when Async.Name == "IsProtectedAsync" => "false",

        // What is looked for in a list that the server answers with.
        _ when Async.Name is "GetUsageAsync" or "GetGarbageCollectionJobAsync" or "FindLatestAsync" => "[]",
        Type type when type == typeof(void) || Nullable.GetUnderlyingType(type) is not null => "null",
        { IsGenericType: true } type when type.GetGenericTypeDefinition() == typeof(IReadOnlyList<>) => "[]",
        _ => "{}",
    };

    private static IEnumerable<DomainCall> Walk()
    {
        Queue<(string Name, Type Type, Func<PbsClient, object> Target)> open = new([("PbsClient", typeof(PbsClient), static client => client)]);
        HashSet<Type> seen = [];
        while (open.TryDequeue(out (string Name, Type Type, Func<PbsClient, object> Target) at))
        {
            if (!seen.Add(at.Type))
            {
                continue;
            }

            foreach (MethodInfo method in at.Type.GetMethods(BindingFlags.Public | BindingFlags.Instance | BindingFlags.DeclaredOnly).Where(IsCall))
            {
                MethodInfo twin = at.Type.GetMethod(method.Name[..^Suffix.Length]) ?? throw new InvalidOperationException($"{at.Name}.{method.Name} has no twin.");
                yield return new DomainCall($"{at.Name}.{method.Name}", at.Target, method, twin);
            }

            foreach (PropertyInfo property in at.Type.GetProperties(BindingFlags.Public | BindingFlags.Instance).Where(static property => IsHandle(property.PropertyType)))
            {
                Func<PbsClient, object> target = at.Target;
                ParameterInfo[] index = property.GetIndexParameters();
                if (index.Length == 0)
                {
                    open.Enqueue(($"{at.Name}.{property.Name}", property.PropertyType, client => property.GetValue(target(client))!));
                }
                else if (index[0].ParameterType == typeof(string))
                {
                    object[] key = [Key(property.PropertyType)];
                    open.Enqueue(($"{at.Name}[]", property.PropertyType, client => property.GetValue(target(client), key)!));
                }
            }
        }
    }

    private static bool IsHandle(Type type) => type.Assembly == s_assembly && type.Namespace == "ProxSharp.Pbs" && type.IsClass;

    // Names of datastores and the rest are checked by hand-written tests; here only what takes texts and requests. Waiting is more than one call.
    private static bool IsCall(MethodInfo method) => method.Name.EndsWith(Suffix, StringComparison.Ordinal)
        && method.Name != nameof(PbsTask.WaitForCompletionAsync)
        && method.GetParameters().All(static parameter =>
            parameter.ParameterType == typeof(string) || parameter.ParameterType == typeof(CancellationToken) || typeof(ApiRequest).IsAssignableFrom(parameter.ParameterType))
        && typeof(Task).IsAssignableFrom(method.ReturnType);

    private static string Key(Type handle) => handle switch
    {
        _ when handle == typeof(BackupGroup) => "vm/100",
        _ when handle == typeof(BackupSnapshot) => "vm/100/2024-05-01T10:11:12Z",
        _ when handle == typeof(PbsTask) => StubPbs.TaskId,
        _ => "name1",
    };

    private static object? Argument(ParameterInfo parameter) => parameter.ParameterType switch
    {
        Type type when type == typeof(string) => $"arg {parameter.Position}",
        Type type when type == typeof(CancellationToken) => CancellationToken.None,
        Type type => Request(type),
    };

    private static object Request(Type type)
    {
        object request = Activator.CreateInstance(type)!;
        foreach (PropertyInfo property in type.GetProperties().Where(static property => property.IsDefined(typeof(RequiredMemberAttribute))))
        {
            property.SetValue(request, Value(property.PropertyType));
        }

        return request;
    }

    private static object Value(Type type) => type switch
    {
        _ when type == typeof(string) => "text",
        _ when type == typeof(long) => 5L,
        _ when type == typeof(double) => 0.5,
        _ when type == typeof(bool) => true,
        _ when type.IsGenericType => Array.CreateInstance(type.GetGenericArguments()[0], 0),
        _ when typeof(PropertyStrings.PropertyString).IsAssignableFrom(type) =>
            type.GetMethod("FromWire", BindingFlags.Public | BindingFlags.Static)!.Invoke(null, [PropertyStrings.PropertyStringEntries.Parse("text")])!,
        _ => type.GetMethod("FromWire", BindingFlags.Public | BindingFlags.Static)!.Invoke(null, ["word"])!,
    };
}
