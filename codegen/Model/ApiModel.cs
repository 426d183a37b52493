using ProxSharp.CodeGen.Schema;

namespace ProxSharp.CodeGen.Model;

/// <summary>All that is generated for a product.</summary>
/// <param name="Product">The product.</param>
/// <param name="Root">The root of the tree.</param>
/// <param name="Classes">The result classes.</param>
/// <param name="Words">The word sets.</param>
/// <param name="PropertyStrings">The property strings.</param>
internal sealed record ApiModel(
    Product Product,
    GroupModel Root,
    IReadOnlyList<ClassModel> Classes,
    IReadOnlyList<WordModel> Words,
    IReadOnlyList<PropertyStringModel> PropertyStrings)
{
    /// <summary>All groups, parents first, in ordinal order of their paths.</summary>
    public IEnumerable<GroupModel> Groups => Walk(Root);

    private static IEnumerable<GroupModel> Walk(GroupModel group) => [group, .. group.Children.Values.SelectMany(Walk)];
}
