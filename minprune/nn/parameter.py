"""A parameter: an array that is learned, its gradient, and the mask that holds the pruned at 0."""

import numpy as np

from minprune.arguments import finite_array, real_array, shown
from minprune.formulas.masks import checked_mask


class Parameter:
    """An array with its gradient and its mask. The mask is state, not an event.

        w_i = 0 wherever m_i = 0, after every later step and every assignment to `value`

    value  array; assigning to it copies into the same memory and keeps the pruned entries at 0
    grad   dL/dvalue, of the shape and dtype of value, or None: there is no gradient yet; dense:
           pruned entries have a gradient too, the optimizer ignores it
    mask   boolean array, True = keep, or None (nothing pruned); see `prune` and `unprune`

    Source: Han et al. 2015 [A-2.1a].

    >>> w = Parameter([0.1, -0.3, 0.5])
    >>> w.prune([False, True, True])
    >>> w.value += 1.0
    >>> w.value
    array([0. , 0.7, 1.5])
    """

    def __init__(self, value):
        self._value = np.array(finite_array("value", value), order="C")
        if self._value.dtype not in (np.float32, np.float64):
            raise TypeError(f"value must be float32 or float64, got {self._value.dtype}")
        self._grad = self._mask = None

    def __repr__(self):
        kept = 1.0 if self._mask is None or not self._mask.size else self._mask.mean()
        return f"<Parameter {self._value.shape} {self._value.dtype}, {1 - kept:.1%} pruned>"

    @property
    def value(self):
        return self._value

    @value.setter
    def value(self, new):
        self._value[...] = self._like_value("value", new)
        self.apply_mask()

    @property
    def grad(self):
        return self._grad

    @grad.setter
    def grad(self, new):
        if new is not None:
            new = np.asarray(self._like_value("grad", new), self._value.dtype, order="C")
        self._grad = new

    def _like_value(self, name, new):
        new = real_array(name, new)
        if new.shape != self._value.shape:
            raise ValueError(f"{name} must have the shape {self._value.shape}, got {new.shape}")
        return new

    @property
    def mask(self):
        if self._mask is None:
            return None
        view = self._mask.view()
        view.flags.writeable = False  # a mask edited in place would not zero what it newly prunes
        return view

    def prune(self, mask):
        """Set the entries where the mask is False to zero, and hold them there until `unprune`."""
        self._mask = self.checked_mask(mask).copy()
        self.apply_mask()

    def with_pruned(self, mask):
        """The mask with what is pruned already taken out of it too: it brings nothing back."""
        return mask if self._mask is None else mask & self._mask

    def checked_mask(self, mask, name="mask"):
        """The mask as an array; an error unless boolean, of this shape, and not bringing back."""
        mask = checked_mask(name, mask, self._value.shape)
        if self._mask is not None and (revived := np.count_nonzero(mask & ~self._mask)):
            raise ValueError(
                f"{name} would bring back {revived} pruned entries; call unprune first"
            )
        return mask

    def apply_mask(self):
        """Set what the mask prunes to exactly 0."""
        if self._mask is not None:
            self._value[~self._mask] = 0

    def unprune(self):
        """Let every entry learn again; the pruned ones start from zero."""
        self._mask = None


def checked_state(state, arrays, masks=()):
    """`ValueError` unless a state holds arrays like these, by name, and at most these masks.

    state   dict of arrays, as `state_dict` makes it
    arrays  dict of the arrays that it must hold, of the same shapes and dtypes
    masks   dict of arrays whose shapes the boolean masks must have
    """
    if not isinstance(state, dict):
        raise TypeError(f"state must be a dict of arrays by name, got {shown(state)}")
    if missing := arrays.keys() - state.keys():
        raise ValueError(f"state lacks {', '.join(sorted(missing))}")
    if surplus := state.keys() - arrays.keys() - {*masks}:
        raise ValueError(f"state also holds {', '.join(sorted(surplus))}")
    for name, array in state.items():
        like = arrays.get(name)
        shape, dtype = (masks[name].shape, bool) if like is None else (like.shape, like.dtype)
        if np.shape(array) != shape or np.asarray(array).dtype != dtype:
            raise ValueError(
                f"state[{name!r}] must be {np.dtype(dtype)} of shape {shape}, "
                f"got {np.asarray(array).dtype} of shape {np.shape(array)}"
            )
