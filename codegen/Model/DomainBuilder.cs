using ProxSharp.Api;
using ProxSharp.CodeGen.Schema;

namespace ProxSharp.CodeGen.Model;

/// <summary>Makes the classes of the domain layer from the groups of the API.</summary>
internal sealed class DomainBuilder
{
    private readonly ApiModel _model;
    private readonly DomainTable _table;

    /// <summary>Creates a builder.</summary>
    public DomainBuilder(ApiModel model, DomainTable table) => (_model, _table) = (model, table);

    /// <summary>Returns the handles in the table's order.</summary>
    public IReadOnlyList<DomainClass> Build() => [.. _table.Scopes.Select(Build)];

    private DomainClass Build(DomainScope scope)
    {
        GroupModel group = _model.Root;
        List<string> chain = [];
        foreach (string segment in ApiPath.FixedSegments(scope.Path))
        {
            group = group.Children[segment];
            chain.Add(group.PropertyName);
        }

        return Convert(scope, group, string.Join('.', chain), scope.Class, scope.Class)
            ?? throw new InvalidOperationException($"Nothing is left below {scope.Path}.");
    }

    private DomainClass? Convert(DomainScope scope, GroupModel group, string apiPath, string name, string propertyName)
    {
        List<DomainClass> children = [];
        foreach (GroupModel child in group.Children.Values.Where(child => IsWithin(scope, child.Path)))
        {
            string property = _table.Name(child.Path) ?? child.PropertyName;
            if (Convert(scope, child, $"{apiPath}.{child.PropertyName}", name + property, property) is { } converted)
            {
                children.Add(converted);
            }
        }

        List<EndpointModel> methods = [.. group.Methods.Where(method => Takes(scope, method))];
        return methods.Count + children.Count == 0
            ? null
            : new DomainClass { Scope = scope, Name = name, PropertyName = propertyName, Group = group, ApiPath = apiPath, Methods = methods, Children = children };
    }

    private static bool IsWithin(DomainScope scope, string path) => path.StartsWith(scope.Path + "/", StringComparison.Ordinal);

    // Indexes only serve the API's own browser; uploads have a form of their own.
    private static bool Takes(DomainScope scope, EndpointModel method) =>
        (method.Endpoint.Path == scope.Path || IsWithin(scope, method.Endpoint.Path))
        && method.Name != "Index"
        && method.Kind != CallKind.Upload
        && !scope.Skips(method.Endpoint.Method.ToVerb(), method.Endpoint.Path);
}
